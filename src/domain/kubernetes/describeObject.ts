import { stringify } from 'yaml';
import type { Failure } from '../errors/towlineError.ts';
import { visibleText } from '../text/visibleText.ts';
import type { ClusterEvent } from '../workloads/workload.ts';
import type { ClusterObject } from './clusterObject.ts';
import { hideSecrets } from './hideSecrets.ts';
import { fieldsOf } from './objectFields.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * An object as YAML for people to read: without what may be secret and without the books that the API keeps on it,
 * which is said at the top; its events, newest first, at the end. What could mislead the reader's eye is shown as such.
 */
export function describeObject(object: ClusterObject, events: readonly ClusterEvent[] | Failure): string {
  const { apiVersion, kind, metadata, ...rest } = hideSecrets(object);
  const { managedFields, annotations, ...named } = fieldsOf(metadata);
  const { [lastApplied]: applied, ...others } = fieldsOf(annotations);
  const shown = {
    apiVersion,
    kind,
    metadata: { ...named, ...(Object.keys(others).length > 0 ? { annotations: others } : {}) },
    ...rest,
  };
  const leftOut = [
    ...(managedFields === undefined ? [] : ['managedFields']),
    ...(applied === undefined ? [] : [`annotation ${lastApplied}`]),
  ];
  const text = [
    ...(leftOut.length > 0 ? [`# Left out: ${leftOut.join(', ')}`] : []),
    stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd(),
    '',
    ...describeEvents(events),
    '',
  ];
  return visibleText(text.join('\n'));
}

function describeEvents(events: readonly ClusterEvent[] | Failure): readonly string[] {
  if (!('length' in events)) return comment(`Events cannot be read: ${events.what}: ${events.why}`);
  if (events.length === 0) return ['# No events'];
  return ['# Events, newest first', ...events.flatMap((event) => comment(describeEvent(event)))];
}

function describeEvent({ last, type, reason, count, message }: ClusterEvent): string {
  const times = count > 1 ? ` (${count} times)` : '';
  const kind = type === 'Warning' ? 'Warning ' : '';
  return `${new Date(last).toISOString().slice(0, 19)}Z  ${kind}${reason}${times}: ${message}`;
}

function comment(text: string): readonly string[] {
  return text
    .trim()
    .split(/\r\n|[\n\r\u2028\u2029\x85]/)
    .map((line, at) => `# ${at > 0 ? '    ' : ''}${line}`);
}
