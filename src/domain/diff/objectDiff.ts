import { unifiedDiff } from '../../base/unifiedDiff.ts';
import type { SourcePosition } from '../errors/problem.ts';
import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { hideSecrets } from '../kubernetes/hideSecrets.ts';
import { nameOfObject, type ObjectName } from '../localAgent/objectName.ts';
import { printObject, settleObject } from './printObject.ts';

/**
 * Shows in place of a secret value, as a text that is the same for equal values only. It must not be possible to find
 * the value by trying: keyed with what is forgotten after one diff.
 */
export type SecretMark = (value: string) => string;

/** How one object differs. What may be secret in it is replaced by marks, so that a change shows and the value does not. */
export interface ObjectDiff {
  readonly name: ObjectName;
  readonly change: 'added' | 'removed' | 'changed';
  /** Its name before, where only the hash that a generator adds to it is another one. */
  readonly renamedFrom?: string;
  /** Its whole YAML, for who shows both side by side: fields in a fixed order, without what the server keeps for itself. */
  readonly before: string;
  readonly after: string;
  /** Hunks of a unified diff of the two. */
  readonly text: string;
  /** Where it is written, as far as that can be known. */
  readonly at?: SourcePosition;
}

/** Undefined when nothing differs but noise. */
export function diffObject(
  before: ClusterObject | undefined,
  after: ClusterObject | undefined,
  mark: SecretMark,
  at?: SourcePosition,
): ObjectDiff | undefined {
  const named = after ?? before;
  if (!named) return undefined;
  const [one, other] = [before, after].map((object) => object && settleObject(object));
  if (one && other && JSON.stringify(one) === JSON.stringify(other)) return undefined;
  const [old = '', made = ''] = [one, other].map(
    (object) => object && printObject(hideSecrets(object, mark)),
  );
  return {
    name: nameOfObject(named),
    change: !one ? 'added' : other ? 'changed' : 'removed',
    ...(before && before.metadata.name !== named.metadata.name ? { renamedFrom: before.metadata.name } : {}),
    before: old,
    after: made,
    text: unifiedDiff(old, made),
    ...(at ? { at } : {}),
  };
}
