/** Something that holds a resource until it is let go; letting go twice is harmless. */
export interface Disposable {
  dispose(): void;
}
