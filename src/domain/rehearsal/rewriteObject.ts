import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { type Fields, fieldsOf, specOf } from '../kubernetes/objectFields.ts';
import { managedBy, rehearsalLabel } from './rehearsalNamespace.ts';

export interface Rewriting {
  /** The rehearsal's. */
  readonly namespace: string;
  /** The environment's own; '' when its manifests name none. */
  readonly home: string;
  readonly id: string;
  /** Services of the manifests by name: what speaks to them by namespace is to meet the rehearsal's. */
  readonly services: readonly string[];
}

export interface RewrittenObject {
  readonly object: ClusterObject;
  readonly notes: readonly string[];
}

/**
 * An object as the rehearsal applies it: in its namespace, with its labels (on the object itself alone: pods, selectors
 * and templates keep theirs), what names the environment's namespace naming the rehearsal's, and without what only one
 * object of a cluster can have.
 */
export function rewriteObject(object: ClusterObject, rewriting: Rewriting): RewrittenObject {
  const notes: string[] = [];
  const named = rewriteReferences(object, rewriting, notes);
  const single = dropSingular(named, notes);
  const { finalizers, ownerReferences: _, ...metadata } = single.metadata;
  if (finalizers && finalizers.length > 0)
    notes.push(`${nameIn(object)} is applied without its finalizers, so that it can be removed`);
  return {
    object: {
      ...single,
      metadata: {
        ...metadata,
        namespace: rewriting.namespace,
        labels: {
          ...metadata.labels,
          // A selector may well match a bare pod by this label.
          ...(object.kind === 'Pod' ? {} : managedBy),
          [rehearsalLabel]: rewriting.id,
        },
      },
    },
    notes,
  };
}

function nameIn({ kind, metadata }: ClusterObject): string {
  return `${kind} ${metadata.name}`;
}

function rewriteReferences(object: ClusterObject, rewriting: Rewriting, notes: string[]): ClusterObject {
  if (rewriting.home === '' || (object.kind === 'Secret' && object.apiVersion === 'v1')) return object;
  const { apiVersion, kind, metadata, ...rest } = object;
  const names = hostPattern(rewriting);
  let changed = 0;
  const rewrite = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') {
      const now =
        value === rewriting.home && namesNamespace.test(key)
          ? rewriting.namespace
          : (names && value.replace(names, `$<service>.${rewriting.namespace}`)) || value;
      if (now !== value) changed += 1;
      return now;
    }
    if (Array.isArray(value)) return value.map((item) => rewrite(item, key));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const { name } = value as Fields;
    return Object.fromEntries(
      entries.map(([inner, item]) => [
        inner,
        // `{name: POD_NAMESPACE, value: shop}`: the key that says what the value is stands beside it.
        rewrite(item, inner === 'value' && typeof name === 'string' ? name : inner),
      ]),
    );
  };
  const annotations = rewrite(metadata.annotations, 'annotations') as typeof metadata.annotations;
  const rewritten = rewrite(rest, '') as Fields;
  if (changed === 0) return object;
  notes.push(
    `${nameIn(object)} names the rehearsal's namespace instead of ${rewriting.home} in ${changed} ${changed === 1 ? 'place' : 'places'}`,
  );
  return {
    apiVersion,
    kind,
    metadata: { ...metadata, ...(annotations ? { annotations } : {}) },
    ...rewritten,
  };
}

/** `namespace`, `namespaces`, `matchNames`, `kubernetes.io/metadata.name`, `POD_NAMESPACE` */
const namesNamespace = /namespaces?$|^matchNames$|^kubernetes\.io\/metadata\.name$/i;

/** `api.shop`, `http://api.shop.svc.cluster.local:80`, `db-0.db.shop.svc`; not the public host `api.shop.example.com`. */
function hostPattern({ services, home }: Rewriting): RegExp | undefined {
  if (services.length === 0) return undefined;
  const exactly = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const any = services.map(exactly).join('|');
  return new RegExp(
    `(?<![A-Za-z0-9-])(?<service>${any})\\.${exactly(home)}(?=\\.svc(?![A-Za-z0-9-])|$|[^A-Za-z0-9.-])`,
    'g',
  );
}

/** Addresses and ports that a second Service cannot have beside the first. */
function dropSingular(object: ClusterObject, notes: string[]): ClusterObject {
  if (object.kind !== 'Service' || object.apiVersion !== 'v1') return object;
  const { clusterIP, clusterIPs, externalIPs, loadBalancerIP, healthCheckNodePort, ports, ...spec } =
    specOf(object);
  const isHeadless = clusterIP === 'None';
  const fixed = [
    ...(clusterIP && !isHeadless ? ['clusterIP'] : []),
    ...(externalIPs ? ['externalIPs'] : []),
    ...(loadBalancerIP ? ['loadBalancerIP'] : []),
    ...(healthCheckNodePort ? ['healthCheckNodePort'] : []),
    ...(Array.isArray(ports) && ports.some((port) => fieldsOf(port).nodePort) ? ['nodePort'] : []),
  ];
  if (fixed.length === 0) return object;
  notes.push(`${nameIn(object)} gets others for its ${fixed.join(', ')}, which the cluster has only once`);
  const freed = Array.isArray(ports)
    ? ports.map((port) => {
        const { nodePort: _, ...rest } = fieldsOf(port);
        return rest;
      })
    : ports;
  return {
    ...object,
    spec: {
      ...spec,
      ...(ports === undefined ? {} : { ports: freed }),
      ...(isHeadless ? { clusterIP, ...(clusterIPs === undefined ? {} : { clusterIPs }) } : {}),
    },
  };
}
