import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { annotationOf, fieldsOf, textOf } from '../kubernetes/objectFields.ts';

/** On the namespace of a rehearsal and on everything in it that Towline applied; never in a selector. */
export const rehearsalLabel = 'towline.dev/rehearsal';

export const managedBy = { 'app.kubernetes.io/managed-by': 'towline' } as const;

const annotations = {
  owner: 'towline.dev/owner',
  environment: 'towline.dev/environment',
  head: 'towline.dev/head',
  started: 'towline.dev/started',
} as const;

/** A rehearsal as its namespace and its record tell of it. */
export interface RehearsalMark {
  /** Lower-case letters and digits; no two rehearsals have the same. */
  readonly id: string;
  readonly namespace: string;
  /** The process it belongs to, on all machines and for all time: see `Processes.identify`. */
  readonly owner: string;
  readonly environment: string;
  /** For people: `branch towline/dev/api at 3f9c2d1`. */
  readonly head: string;
  /** RFC 3339 */
  readonly started: string;
}

/** Characters of an environment's name that its rehearsals' namespaces carry. */
const namePart = 24;

/** A name that says what it is for: a DNS label of at most 63 characters. */
export function rehearsalNamespaceName(environment: string, id: string): string {
  const part = environment
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, namePart)
    .replace(/^-+|-+$/g, '');
  return ['rehearsal', part, id].filter(Boolean).join('-');
}

/**
 * The namespace itself.
 *
 * @param own the Namespace of the manifests, whose labels and annotations decide what admission does in it
 */
export function rehearsalNamespace(mark: RehearsalMark, own: ClusterObject | undefined): ClusterObject {
  const { 'kubernetes.io/metadata.name': _, ...labels } = fieldsOf(own?.metadata.labels);
  const { 'kubectl.kubernetes.io/last-applied-configuration': __, ...kept } = fieldsOf(
    own?.metadata.annotations,
  );
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: mark.namespace,
      labels: { ...labels, ...managedBy, [rehearsalLabel]: mark.id } as Record<string, string>,
      annotations: {
        ...(kept as Record<string, string>),
        [annotations.owner]: mark.owner,
        [annotations.environment]: mark.environment,
        [annotations.head]: mark.head,
        [annotations.started]: mark.started,
      },
    },
  };
}

/** Undefined for a namespace that is no rehearsal's: only what Towline made is ever offered for removal. */
export function readRehearsalNamespace(object: ClusterObject): RehearsalMark | undefined {
  const labels = fieldsOf(object.metadata.labels);
  const id = textOf(labels[rehearsalLabel]);
  const owner = annotationOf(object, annotations.owner);
  const isOurs = labels['app.kubernetes.io/managed-by'] === managedBy['app.kubernetes.io/managed-by'];
  if (id === undefined || owner === undefined || !isOurs) return undefined;
  return {
    id,
    namespace: object.metadata.name,
    owner,
    environment: annotationOf(object, annotations.environment) ?? '',
    head: annotationOf(object, annotations.head) ?? '',
    started: annotationOf(object, annotations.started) ?? '',
  };
}
