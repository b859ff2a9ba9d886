import { fieldsOf } from '../kubernetes/objectFields.ts';
import type { RehearsalMark } from './rehearsalNamespace.ts';

/** What is written down before a rehearsal's namespace is made, so that it is found whatever happens to us. */
export interface RehearsalRecord extends RehearsalMark {
  /** kubeconfig context. */
  readonly context: string;
  /** The address it had: another cluster under the same name is not asked to remove anything. */
  readonly server: string;
}

export const rehearsalRecords = 'rehearsals';

const fields = ['id', 'namespace', 'owner', 'environment', 'head', 'started', 'context', 'server'] as const;

/** Undefined for a text that is none: then nothing is known of a namespace. */
export function readRehearsalRecord(text: string): RehearsalRecord | undefined {
  try {
    const value = fieldsOf(JSON.parse(text));
    return fields.every((name) => typeof value[name] === 'string')
      ? (value as unknown as RehearsalRecord)
      : undefined;
  } catch {
    return undefined;
  }
}
