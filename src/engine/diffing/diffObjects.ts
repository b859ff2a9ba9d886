import { createSlots } from '../../base/slots.ts';
import { applierOf, hasNoBooks, usualManager } from '../../domain/diff/fieldManager.ts';
import { isSettled } from '../../domain/diff/isSettled.ts';
import type { LiveObject } from '../../domain/diff/liveDiff.ts';
import { diffObject, type ObjectDiff, type SecretMark } from '../../domain/diff/objectDiff.ts';
import { projectObject } from '../../domain/diff/projectObject.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { kindOfObject } from '../../domain/kubernetes/kindOfObject.ts';
import { fieldsOf } from '../../domain/kubernetes/objectFields.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import { nameOfObject } from '../../domain/localAgent/objectName.ts';
import type { RenderedObject } from '../../domain/rendering/rendering.ts';
import { inNamespace } from '../applying/applyInOrder.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import { type PlacedObject, readLive } from './readLive.ts';

/** Questions under way at the same time: a server gives one user a small share of itself. */
const concurrency = 12;

/** Tries after which a server that asks to wait is left alone. */
const mostTries = 4;

/** Seconds to wait where it does not say how long, and at most. */
const usualWait = 1;
const longestWait = 30;

export interface DiffTarget {
  readonly reads: ClusterReads;
  readonly clock: Clock;
}

export interface DiffOptions {
  /** Where objects go that belong in a namespace and name none. */
  readonly namespace: string;
  /** Who would apply them where the cluster's books tell of nobody; Towline when absent. */
  readonly manager?: string;
  readonly mark: SecretMark;
  /** Asks also about objects whose books show that nothing would change: admission may have changed since. */
  readonly thorough?: boolean;
}

export interface DiffedObjects {
  /** In the order of the objects. */
  readonly objects: readonly LiveObject[];
  /** How many were last applied in a way that does not tell which fields have left the manifests. */
  readonly withoutBooks: number;
}

/**
 * What applying these objects would change on a cluster: each is applied there as a dry run, which runs admission and
 * defaulting and stores nothing, as whoever applied it before, and compared with what is there. Where the cluster's own
 * books show that nothing would change, they are the answer. Throws as ClusterReads
 * does where the cluster cannot be asked at all; what is wrong with one object stands with that object.
 */
export async function diffObjects(
  { reads, clock }: DiffTarget,
  objects: readonly RenderedObject[],
  { namespace, manager, mark, thorough = false }: DiffOptions,
  signal: AbortSignal,
): Promise<DiffedObjects> {
  const slots = createSlots(concurrency);
  const ask = <T>(question: () => Promise<T>): Promise<T> =>
    slots.run(
      (rest) => patiently(question, (seconds) => rest(() => clock.wait(seconds * 1000, signal))),
      signal,
    );
  const groups = [...new Set(objects.map(({ object }) => nameOfObject(object).group))];
  const { kinds } = await ask(() => reads.discover(signal, { groups }));
  const placed = objects.map(({ object }) => place(object, kinds, namespace));
  const known = placed.filter((candidate) => candidate !== undefined);
  const liveOf = await readLive(reads, known, ask, signal);
  const appliers = known.map((candidate) => {
    const live = liveOf(candidate);
    return live && !(live instanceof TowlineError) ? applierOf(live) : undefined;
  });
  const usual = usualManager(appliers, manager);
  const missingNamespaces = createNamespaceLook(reads, ask, signal);
  let withoutBooks = 0;

  async function diffOne(
    { object, at }: RenderedObject,
    found: PlacedObject | undefined,
  ): Promise<LiveObject> {
    const place = at ? { at } : {};
    if (object.metadata.name === undefined)
      return unknown(object, at, 'it has a generateName only: every apply would make another one');
    if (!found) {
      const note = `${reads.context.name} does not serve ${object.kind} of ${object.apiVersion} yet`;
      return { state: 'differs', diff: whole(diffObject(undefined, object, mark, at)), manager: usual, note };
    }
    const live = liveOf(found);
    if (live instanceof TowlineError) return unknown(object, at, wordsOf(live, object));
    const applier = (live && applierOf(live)) ?? usual;
    if (live && hasNoBooks(live, applier)) withoutBooks += 1;
    if (live && !thorough && isSettled(live, found.object, applier))
      return { state: 'same', name: nameOfObject(found.object) };
    try {
      const options = { fieldManager: applier, force: true };
      const made = await ask(() => reads.dryRunApply(found.object, found.kind, options, signal));
      const diff = diffObject(live, made, mark, at);
      return diff
        ? { state: 'differs', diff, manager: applier }
        : { state: 'same', name: nameOfObject(found.object) };
    } catch (error) {
      if (!TowlineError.is(error)) throw error;
      const { namespace: home } = found.object.metadata;
      const missing =
        error.code === 'object-missing' && home !== undefined && (await missingNamespaces(home));
      if (missing) {
        const diff = whole(diffObject(undefined, found.object, mark, at));
        return { state: 'differs', diff, manager: applier, note: `namespace ${home} is not there yet` };
      }
      const why = wordsOf(error, object);
      if (TowlineError.is(error, 'object-invalid')) {
        const diff = diffObject(live && projectObject(live, found.object), found.object, mark, at);
        return diff
          ? { state: 'refused', diff, manager: applier, why }
          : unknown(found.object, place.at, why);
      }
      if (isAboutTheObject(error)) return unknown(found.object, at, why);
      throw error;
    }
  }

  const diffed = await Promise.all(objects.map((rendered, index) => diffOne(rendered, placed[index])));
  return { objects: diffed, withoutBooks };
}

/** An object with its kind, in the namespace it goes to; undefined where the cluster does not serve the kind. */
function place(
  object: ClusterObject,
  kinds: readonly ResourceKind[],
  namespace: string,
): PlacedObject | undefined {
  const kind = kindOfObject(object, kinds);
  if (!kind) return undefined;
  if (kind.namespaced) return { kind, object: inNamespace(object, namespace) };
  const { namespace: _, ...metadata } = object.metadata;
  return { kind, object: { ...object, metadata } };
}

/** Tells whether a namespace is missing, asking once for each. */
function createNamespaceLook(
  reads: ClusterReads,
  ask: <T>(question: () => Promise<T>) => Promise<T>,
  signal: AbortSignal,
): (name: string) => Promise<boolean> {
  const answers = new Map<string, Promise<boolean>>();
  return (name) => {
    const answer =
      answers.get(name) ??
      ask(() => reads.get(builtInKinds.namespaces, undefined, name, signal)).then(
        (found) => found === undefined,
        // Whoever may not read namespaces cannot be told that one is missing.
        (error: unknown) => {
          if (TowlineError.is(error, 'cluster-forbidden')) return false;
          throw error;
        },
      );
    answers.set(name, answer);
    return answer;
  };
}

/** Asks again as long as the server asks to wait, which it does under load. */
async function patiently<T>(
  question: () => Promise<T>,
  wait: (seconds: number) => Promise<void>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await question();
    } catch (error) {
      if (!TowlineError.is(error, 'cluster-busy') || tries >= mostTries) throw error;
      await wait(Math.min(error.failure.retryAfter ?? usualWait, longestWait));
    }
  }
}

/** Failures that say nothing of the cluster as a whole. */
function isAboutTheObject(error: TowlineError): boolean {
  return TowlineError.is(
    error,
    'cluster-forbidden',
    'object-missing',
    'object-conflict',
    'object-invalid',
    'cluster-failed',
    'cluster-busy',
  );
}

/** What the server said, without the values of a Secret, which it may repeat. */
function wordsOf(error: TowlineError, object: ClusterObject): string {
  const { what, why } = error.failure;
  const words = `${what}: ${why}`;
  if (object.kind !== 'Secret') return words;
  const values = [object.data, object.stringData].flatMap((part) =>
    Object.values(fieldsOf(part)).map(String),
  );
  return values.reduce((text, value) => (value === '' ? text : text.replaceAll(value, '…')), words);
}

function unknown(object: ClusterObject, at: RenderedObject['at'], why: string): LiveObject {
  return { state: 'unknown', name: nameOfObject(object), why, ...(at ? { at } : {}) };
}

/** The diff of an object that is not there is never empty. */
function whole(diff: ObjectDiff | undefined): ObjectDiff {
  if (!diff) throw new Error('an object that is not there equals one that is');
  return diff;
}
