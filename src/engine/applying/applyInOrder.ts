import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { kindOfObject } from '../../domain/kubernetes/kindOfObject.ts';
import { fieldsOf, listOf, specOf, textOf } from '../../domain/kubernetes/objectFields.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import { applyOrder, isDefinition } from '../../domain/rendering/applyOrder.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads, ClusterWrites } from '../ports/clusters.ts';

/** Milliseconds a server may take to serve kinds whose definitions it has accepted. */
const servingLimit = 30_000;

/** Milliseconds between two looks at what it serves. */
const servingPace = 100;

export interface ApplyTarget {
  readonly reads: ClusterReads;
  /** Of the same context, from the guard. */
  readonly writes: Pick<ClusterWrites, 'apply'>;
  readonly clock: Clock;
}

export interface ApplyOptions {
  /** Where objects go that belong in a namespace and name none. */
  readonly namespace: string;
  /** Owner of the applied fields; always the same one for the same purpose, or ownership is orphaned. */
  readonly fieldManager: string;
  /** Takes over fields of other managers instead of failing with `object-conflict`. */
  readonly force: boolean;
  /** Called after each object: what was asked for, and what the cluster made of it. */
  onApplied?(wanted: ClusterObject, made: ClusterObject): void;
}

/**
 * Applies objects server-side, namespaces and definitions of kinds first, and gives what the cluster made of them in
 * that order. A kind that is defined here is waited for and can be used at once. Nothing is applied when the cluster
 * does not serve the kind of one of them (`object-missing`); otherwise it stops at the first failure and throws as
 * `ClusterWrites.apply` does.
 */
export async function applyInOrder(
  { reads, writes, clock }: ApplyTarget,
  objects: readonly ClusterObject[],
  { namespace, fieldManager, force, onApplied }: ApplyOptions,
  signal: AbortSignal,
): Promise<readonly ClusterObject[]> {
  const ordered = applyOrder(objects);
  const definitions = ordered.filter(isDefinition);
  const defined = definitions.flatMap(definedKind);
  let { kinds } = await reads.discover(signal);
  const isServed = (object: ClusterObject): boolean =>
    kindOfObject(object, kinds) !== undefined || defined.some((kind) => isOfKind(object, kind));
  const stranger = ordered.find((object) => !isServed(object));
  if (stranger) throw notServed(reads, stranger);

  const made: ClusterObject[] = [];
  for (const object of ordered) {
    const kind = kindOfObject(object, kinds);
    if (!kind) throw notServed(reads, object);
    const placed = kind.namespaced ? inNamespace(object, namespace) : object;
    const applied = await writes.apply(placed, kind, { fieldManager, force }, signal);
    made.push(applied);
    onApplied?.(object, applied);
    if (object === definitions.at(-1)) kinds = await untilServed({ reads, clock }, defined, signal);
  }
  return made;
}

/** An object with a namespace; its own where it names one. */
export function inNamespace(object: ClusterObject, namespace: string): ClusterObject {
  const { metadata } = object;
  return metadata.namespace === undefined ? { ...object, metadata: { ...metadata, namespace } } : object;
}

interface DefinedKind {
  /** Name of its definition. */
  readonly definition: string;
  readonly group: string;
  readonly kind: string;
}

function definedKind(definition: ClusterObject): readonly DefinedKind[] {
  const { group, names, versions } = specOf(definition);
  const kind = textOf(fieldsOf(names).kind);
  // One that serves no version never shows.
  const serves = versions === undefined || listOf(versions).some(({ served }) => served !== false);
  return typeof group === 'string' && kind !== undefined && serves
    ? [{ definition: definition.metadata.name, group, kind }]
    : [];
}

function isOfKind({ apiVersion, kind }: ClusterObject, defined: DefinedKind): boolean {
  return kind === defined.kind && apiVersion.startsWith(`${defined.group}/`);
}

/** The kinds a server serves, once those that were defined are among them. */
async function untilServed(
  { reads, clock }: Pick<ApplyTarget, 'reads' | 'clock'>,
  defined: readonly DefinedKind[],
  signal: AbortSignal,
): Promise<readonly ResourceKind[]> {
  const limit = clock.now() + servingLimit;
  for (;;) {
    const { kinds } = await reads.discover(signal, { fresh: true });
    const missing = defined.find(
      ({ group, kind }) => !kinds.some((served) => served.group === group && served.kind === kind),
    );
    if (!missing) return kinds;
    if (clock.now() >= limit)
      throw new TowlineError('object-missing', {
        why: `${reads.context.name} accepted the definition ${missing.definition} and does not serve ${missing.kind} after ${servingLimit / 1000} s.`,
        next: `\`kubectl describe crd ${missing.definition}\` tells why.`,
      });
    await clock.wait(servingPace, signal);
  }
}

function notServed(reads: ClusterReads, { apiVersion, kind, metadata }: ClusterObject): TowlineError {
  return new TowlineError('object-missing', {
    why: `${reads.context.name} does not serve ${kind} of ${apiVersion}, which ${metadata.name} is.`,
    next: 'Install what defines that kind there first.',
  });
}
