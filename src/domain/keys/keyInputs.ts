/**
 * Everything a step's result depends on, by name: `file services/api/index.js` → mode and content hash,
 * `command`, `environment CI`, `base node:24-slim`, … Values are hashes or short plain text, never secrets.
 */
export type KeyInputs = Readonly<Record<string, string>>;

/** Whether an input lies in the working tree: a file or a link by content, a folder by its permission bits. */
export function isOfWorkingTree(input: string): boolean {
  return /^(?:file|folder) /.test(input);
}

export function splitInputs(inputs: KeyInputs): { readonly files: KeyInputs; readonly others: KeyInputs } {
  const files: Record<string, string> = {};
  const others: Record<string, string> = {};
  for (const [input, value] of Object.entries(inputs))
    (isOfWorkingTree(input) ? files : others)[input] = value;
  return { files, others };
}

/** One reason why a step runs: an input that differs from the last time. */
export interface KeyChange {
  readonly input: string;
  readonly change: 'added' | 'changed' | 'removed';
}

/** Inputs that differ, sorted by name. */
export function changedInputs(before: KeyInputs, after: KeyInputs): readonly KeyChange[] {
  const changes: KeyChange[] = [];
  for (const input of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = before[input];
    const is = after[input];
    if (was === is) continue;
    changes.push({ input, change: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed' });
  }
  return changes.sort((a, b) => (a.input < b.input ? -1 : 1));
}

/** The text that is hashed into the content key: sorted, so that the order of collection does not matter. */
export function keyText(inputs: KeyInputs): string {
  const names = Object.keys(inputs).sort();
  return JSON.stringify(names.map((name) => [name, inputs[name]]));
}
