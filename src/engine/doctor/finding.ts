/** One thing Towline looked for. */
export interface Finding {
  readonly name: string;
  /** `missing` stops a run; `optional` only what its `detail` says. */
  readonly state: 'found' | 'missing' | 'optional';
  /** Where it was found and its version, or what is wrong, in one line. */
  readonly detail: string;
  /** How to get or mend it, in words or as an address. */
  readonly next?: string;
  /** The command that does it, for people to send: Towline never runs it. */
  readonly command?: string;
}
