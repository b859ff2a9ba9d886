import { untilAborted } from '../../base/untilAborted.ts';
import { type Failure, TowlineError } from '../../domain/errors/towlineError.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import { nextProof } from '../../domain/verdict/containerProof.ts';
import { judgeRollout } from '../../domain/verdict/judgeRollout.ts';
import type { Verdict } from '../../domain/verdict/verdict.ts';
import { readEvent, readQuota } from '../../domain/workloads/readClusterFacts.ts';
import { readPod } from '../../domain/workloads/readPod.ts';
import { readReplicaSet } from '../../domain/workloads/readReplicated.ts';
import { readWorkload } from '../../domain/workloads/readWorkload.ts';
import type { Workload } from '../../domain/workloads/workload.ts';
import { type Feed, followObjects } from '../feeds/followObjects.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads, ObjectQuery } from '../ports/clusters.ts';
import type { FoundWorkload } from './findWorkload.ts';
import { createLastLines } from './lastLines.ts';

/** Milliseconds in which changes of several kinds are one: a controller writes them one after the other. */
const settling = 100;

/** Milliseconds after which a verdict is looked at anew although nothing changed: some reasons are about time. */
const lookAgain = 10_000;

export interface RolloutOptions {
  /** Called when what is known may be out of date, and with nothing when it is not any more. */
  onStale?(failure: Failure | undefined): void;
}

/**
 * A workload's verdicts as they change, beginning with what stands now; ends when the workload is deleted or the
 * signal is aborted (then it throws the signal's reason). Fed by watches; goes on by itself after a cluster that did not
 * answer for a while, and says nothing meanwhile. Throws what the first lists throw, and `cluster-forbidden`,
 * `cluster-unauthorized` and `credential-plugin-failed` whenever they come.
 */
export async function* followRollout(
  { reads, clock }: { readonly reads: ClusterReads; readonly clock: Clock },
  found: FoundWorkload,
  signal: AbortSignal,
  { onStale }: RolloutOptions = {},
): AsyncGenerator<Verdict> {
  const ending = new AbortController();
  const stop = AbortSignal.any([signal, ending.signal]);
  let wake = Promise.withResolvers<void>();
  const onChange = (): void => wake.resolve();

  function follow<T extends object>(
    kind: ResourceKind,
    query: ObjectQuery,
    project: Parameters<typeof followObjects<T>>[1]['project'],
  ): Feed<T> {
    const all = { namespace: found.workload.namespace, ...query };
    return followObjects<T>(
      { reads, clock },
      { kind, query: all, project, onChange, onState: onChange },
      stop,
    );
  }

  const { workload: first } = found;
  const selector = 'selector' in first ? labelsOf(first.selector) : undefined;
  const pods = selector === undefined ? {} : { labels: selector };
  const workloads = follow(found.kind, { fields: `metadata.name=${first.name}` }, readWorkload);
  const podFeed = follow(builtInKinds.pods, pods, readPod);
  const replicaSets =
    first.kind === 'Deployment' ? follow(builtInKinds.replicaSets, pods, readReplicaSet) : undefined;
  const needed = [workloads, podFeed, ...(replicaSets ? [replicaSets] : [])];
  const events = follow(builtInKinds.events, { fields: 'type=Warning' }, readEvent);
  const quotas = follow(builtInKinds.quotas, {}, readQuota);
  const lines = createLastLines(reads);
  let before: Verdict | undefined;
  let stale: Failure | undefined;
  let generation = first.generation;
  try {
    for (;;) {
      await untilRead(
        { needed, optional: events, isFirst: before === undefined },
        () => wake.promise,
        () => {
          wake = Promise.withResolvers();
        },
        (failure) => {
          if (failure?.code !== stale?.code) onStale?.(failure);
          stale = failure;
        },
        stop,
      );
      const workload = [...workloads.objects.values()].find(({ uid }) => uid === first.uid);
      if (!workload) return;
      if (workload.generation !== generation) before = undefined;
      generation = workload.generation;
      const own = ownPods(workload, podFeed.objects, replicaSets?.objects ?? new Map());
      const lastLines = await lines.read(own.pods, stop);
      const now = clock.now();
      const verdict = judgeRollout({
        workload,
        ...own,
        events: [...events.objects.values()],
        quotas: [...quotas.objects.values()],
        lastLines,
        now,
        ...(before ? { before } : {}),
      });
      if (before?.state !== verdict.state || before.sentence !== verdict.sentence) yield verdict;
      before = verdict;
      // From the next millisecond on.
      const proof = (nextProof(own.pods, now) ?? Number.POSITIVE_INFINITY) + 1 - now;
      await Promise.race([wake.promise, clock.wait(Math.min(lookAgain, proof), stop)]);
      await clock.wait(settling, stop);
      wake = Promise.withResolvers();
    }
  } finally {
    ending.abort();
    await Promise.allSettled([...needed, events, quotas].map(({ ended }) => ended));
  }
}

interface Reading {
  readonly needed: readonly Feed<object>[];
  readonly optional: Feed<object>;
  readonly isFirst: boolean;
}

/**
 * Until every feed has what the cluster has. Without its pods a rollout cannot be judged: a refusal of one is the answer,
 * at first also that the cluster cannot be asked.
 */
async function untilRead(
  { needed: feeds, optional, isFirst }: Reading,
  changed: () => Promise<void>,
  reset: () => void,
  onStale: (failure: Failure | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const states = feeds.map(({ state }) => state);
    const old = states.find(({ kind }) => kind === 'stale');
    const bad = states.find(
      (state) =>
        state.kind === 'denied' ||
        (isFirst && state.kind === 'stale' && state.failure.code !== 'cluster-busy'),
    );
    if (bad && 'failure' in bad)
      throw new TowlineError(bad.failure.code, { why: bad.failure.why, next: bad.failure.next });
    onStale(old && 'failure' in old ? old.failure : undefined);
    // A user who may not read events gets a verdict that knows less.
    if (states.every(({ kind }) => kind === 'live') && optional.state.kind !== 'loading') return;
    await untilAborted(changed(), signal);
    reset();
  }
}

/** Pods by their owners; a selector alone may match those of another workload. */
function ownPods(
  workload: Workload,
  pods: ReadonlyMap<string, ReturnType<typeof readPod>>,
  replicaSets: ReadonlyMap<string, ReturnType<typeof readReplicaSet>>,
) {
  const sets = [...replicaSets.values()].filter(({ owner }) => owner?.uid === workload.uid);
  const owners = new Set([workload.uid, ...sets.map(({ uid }) => uid)]);
  return {
    replicaSets: sets,
    pods: [...pods.values()].filter(({ owner }) => owner !== undefined && owners.has(owner.uid)),
  };
}

function labelsOf(selector: Readonly<Record<string, string>>): string | undefined {
  const parts = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  return parts.length === 0 ? undefined : parts.join(',');
}
