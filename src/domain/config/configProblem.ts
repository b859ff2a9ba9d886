import type { YamlPath } from '../yaml/positionOf.ts';

/** A fact about a value in towline.yaml, before its place is looked up. */
export interface ConfigProblem {
  readonly path: YamlPath;
  /** Whether the key or the value is at fault. */
  readonly part: 'key' | 'value';
  /** One sentence with the value and what is allowed. */
  readonly message: string;
  readonly next?: string;
}
