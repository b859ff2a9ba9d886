/** Shape of the ids that package.json and the code must agree on. */
export interface ContributedIds {
  readonly commands: Readonly<Record<string, string>>;
  readonly views: Readonly<Record<string, string>>;
  /** Keys for `when` clauses. */
  readonly contextKeys: Readonly<Record<string, string>>;
  /** Defaults by full name, e.g. `towline.runs.keep`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Everything that is contributed to the editor, by the name the code uses. */
export const ids = {
  commands: {},
  views: {},
  contextKeys: {},
  settings: {},
} as const satisfies ContributedIds;
