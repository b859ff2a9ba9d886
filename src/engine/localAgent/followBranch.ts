import { createBackoff } from '../../base/backoff.ts';
import { untilAborted } from '../../base/untilAborted.ts';
import { createWakeUp } from '../../base/wakeUp.ts';
import { failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import type { AgentEvent, ReconcileReason } from '../../domain/localAgent/agentEvent.ts';
import { renewalPace } from '../../domain/localAgent/agentHolder.ts';
import { agentNamespace, type InventoryChange } from '../../domain/localAgent/inventory.ts';
import type { RolloutOutcome } from '../../domain/localAgent/rolloutOutcome.ts';
import type { Rendering } from '../../domain/rendering/rendering.ts';
import { placeVerdict } from '../../domain/verdict/placeVerdict.ts';
import { followObjects } from '../feeds/followObjects.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import { requireLocal } from '../locality/requireLocal.ts';
import type { ClusterReads, ClusterWrites } from '../ports/clusters.ts';
import type { HostFacts, Ports } from '../ports/ports.ts';
import { fetchBase, type ManifestSource, openManifestSource } from '../proposals/manifestSource.ts';
import { render } from '../rendering/render.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import { type AgentPlace, type AgentRequest, findAgentPlace } from './agentPlace.ts';
import { createDriftWatch } from './driftWatch.ts';
import { followRollouts } from './followRollouts.ts';
import { followTips } from './followTips.ts';
import { type HeldInventory, holdInventory } from './heldInventory.ts';
import { type KeptInventory, keptInventoryOf } from './inventories.ts';
import { type AppliedObjects, reconcile } from './reconcile.ts';
import type { ReconcileScope } from './reconcileScope.ts';

export interface FollowOptions extends AgentRequest {
  /** Ends when the newest commit is applied and its rollouts are decided. */
  readonly once: boolean;
  /** Milliseconds until a rollout that is not healthy counts as timed out. */
  readonly rolloutLimit: number;
  onEvent(event: AgentEvent): void;
}

/** How a single reconcile ended. */
export type AgentOutcome = RolloutOutcome | 'paused';

export interface AgentParts {
  readonly ports: Ports;
  readonly facts: HostFacts;
  readonly localClusters: LocalClusters;
}

// Milliseconds.
const retryPolicy = { first: 2_000, most: 120_000, factor: 2, resetAfter: 600_000 };
/** Repairs of what somebody else keeps changing come ever more slowly. */
const repairPolicy = { first: 1_000, most: 60_000, factor: 2, resetAfter: 180_000 };
/** In which changes of several objects are one. */
const settling = 200;
/** Nothing depends on it: timers do not take infinity. */
const longestSleep = 3_600_000;

/**
 * The local agent: keeps a proven-local cluster at what an environment's branch says, until the signal is aborted (then
 * it throws the signal's reason). One at a time for each environment and cluster, whatever the process. Throws
 * `cluster-not-local`, `agent-running`, `inventory-unreadable`, what finding the environment and the first look at its
 * branch throw, and with `once` why the reconcile failed; else failures are told and tried again.
 */
export async function followBranch(
  parts: AgentParts,
  opened: OpenWorkspace,
  options: FollowOptions,
  signal: AbortSignal,
): Promise<AgentOutcome> {
  const { ports, facts, localClusters } = parts;
  const place = await findAgentPlace(ports, opened, options, signal);
  await requireLocal(localClusters, place.context, signal);
  const first = await openManifestSource(ports, opened, place.environment, [], signal);
  const reads = ports.clusters.connect(place.context);
  const writes = localClusters.openWrites(place.context);
  try {
    const source = { ...place.source, branch: first.base };
    const held = { reads, writes, name: place.inventory, source, host: facts.host };
    const inventory = await holdInventory(ports, held, signal);
    try {
      return await follow({ ports, opened, options, place, first, reads, writes, inventory }, signal);
    } finally {
      await inventory.release();
    }
  } finally {
    reads.dispose();
  }
}

interface Following {
  readonly ports: Ports;
  readonly opened: OpenWorkspace;
  readonly options: FollowOptions;
  readonly place: AgentPlace;
  readonly first: ManifestSource;
  readonly reads: ClusterReads;
  readonly writes: ClusterWrites;
  readonly inventory: HeldInventory;
}

async function follow(following: Following, signal: AbortSignal): Promise<AgentOutcome> {
  const { ports, opened, options, place, first, reads, writes, inventory } = following;
  const { clock } = ports;
  const { once, onEvent: tell } = options;
  const ending = new AbortController();
  const stop = AbortSignal.any([signal, ending.signal]);
  const sleeper = createWakeUp();
  const retries = createBackoff(retryPolicy, clock.now, clock.random);
  const repairs = createBackoff(repairPolicy, clock.now, clock.random);

  let newest = first;
  let tried: string | undefined;
  let rendered: Rendering | undefined;
  let retryAt = Number.POSITIVE_INFINITY;
  let repairAt = 0;
  let { paused, asked: answered = 0 } = inventory.current;
  let asked = answered;
  let isResumed = false;
  let pausing = new AbortController();
  let rollouts = new AbortController();
  let noted: Promise<void> = Promise.resolve();
  const decided = Promise.withResolvers<RolloutOutcome>();
  decided.promise.catch(() => undefined);

  const drift = createDriftWatch(
    { reads, clock },
    () => {
      repairAt = Math.max(repairAt, clock.now() + settling);
      sleeper.wake();
    },
    stop,
  );
  const scope: ReconcileScope = {
    ...{ reads, writes, clock, inventory, tell },
    inventoryName: place.inventory,
    source: inventory.current.source,
    url: first.remote?.url,
    checkWrites: (checking) => inventory.renew(checking),
  };

  function onInventory({ inventory: seen }: KeptInventory): void {
    asked = Math.max(asked, seen.asked ?? 0);
    if (seen.paused && !paused) pausing.abort(new Error('Paused'));
    if (!seen.paused && paused) {
      pausing = new AbortController();
      isResumed = true;
      tell({ type: 'resumed', at: clock.now() });
    }
    paused = seen.paused;
    sleeper.wake();
  }

  /** Says that it is there; when another process has taken over, all ends. */
  async function renew(): Promise<void> {
    for (;;) {
      await clock.wait(renewalPace, stop);
      await inventory.renew(stop).catch((error: unknown) => {
        if (TowlineError.is(error, 'agent-running', 'inventory-unreadable')) ending.abort(error);
      });
    }
  }

  /** Why to set out now; undefined when all is as it should be. */
  async function findReason(): Promise<ReconcileReason | undefined> {
    if (tried === undefined) return 'first';
    if (newest.baseCommit !== tried) return 'new-commit';
    if (isResumed) return 'resumed';
    if (asked > answered) return 'asked';
    if (clock.now() >= retryAt) return 'retry';
    if (!drift.isSuspicious || clock.now() < repairAt) return undefined;
    const objects = await drift.confirm(stop);
    if (objects.length === 0) return undefined;
    tell({ type: 'drifted', at: clock.now(), objects });
    repairAt = clock.now() + repairs.next();
    return 'drift';
  }

  async function renderNewest(): Promise<Rendering> {
    if (rendered?.commit === newest.baseCommit) return rendered;
    await fetchBase(newest, stop);
    const { repository, path: folder, baseCommit: commit } = newest;
    const request = { repository, commit, folder, release: place.environment.name, mayFetch: 'all' as const };
    rendered = await render(ports, request, stop);
    return rendered;
  }

  async function setOut(why: ReconcileReason): Promise<void> {
    tried = newest.baseCommit;
    answered = asked;
    isResumed = false;
    retryAt = Number.POSITIVE_INFINITY;
    rollouts.abort();
    const applied = await reconcile(
      scope,
      await renderNewest(),
      why,
      AbortSignal.any([stop, pausing.signal]),
    );
    retries.reset();
    if (!once) await drift.hold(applied, stop);
    rollouts = new AbortController();
    watchRollouts(applied, tried, AbortSignal.any([stop, rollouts.signal]));
  }

  function watchRollouts(applied: AppliedObjects, commit: string, watching: AbortSignal): void {
    const onSettled = (outcome: RolloutOutcome): void => {
      tell({ type: 'settled', at: clock.now(), commit, outcome });
      note({ settled: outcome });
      decided.resolve(outcome);
    };
    const onVerdict: Parameters<typeof followRollouts>[2]['onVerdict'] = (workload, found) => {
      const verdict = rendered?.commit === commit ? placeVerdict(found, workload, rendered) : found;
      tell({ type: 'verdict', at: clock.now(), workload, verdict });
    };
    const limit = options.rolloutLimit;
    background.push(
      followRollouts({ reads, clock }, applied, { limit, onVerdict, onSettled }, watching).catch(
        decided.reject,
      ),
    );
  }

  /** For whoever reads the cluster only; a cluster that does not take it is told of elsewhere. */
  function note(change: InventoryChange): void {
    noted = noted.then(() => inventory.update(change, stop)).catch(() => undefined);
  }

  function fail(error: unknown): void {
    const failure = failureOf(error);
    const at = clock.now();
    const wait = Math.max(retries.next(), (failure.retryAfter ?? 0) * 1000);
    retryAt = at + wait;
    tell({ type: 'failed', at, commit: newest.baseCommit, failure, retryAt });
    note({ message: `${failure.what}: ${failure.why}`.slice(0, 1000) });
  }

  const background: Promise<unknown>[] = [renew().catch(() => undefined)];
  const control = followObjects<KeptInventory>(
    { reads, clock },
    {
      kind: builtInKinds.configMaps,
      query: { namespace: agentNamespace, fields: `metadata.name=${place.inventory}` },
      project: keptInventoryOf,
      onChange(changes) {
        for (const { after } of changes) if (after) onInventory(after);
      },
    },
    stop,
  );
  background.push(control.ended);
  if (!once) {
    const look = (looking: AbortSignal) => openManifestSource(ports, opened, place.environment, [], looking);
    const onNew = (found: ManifestSource): void => {
      newest = found;
      sleeper.wake();
    };
    background.push(followTips(ports, first, { look, onNew, tell }, stop).catch(() => undefined));
  }

  tell({ type: 'following', at: clock.now(), source: scope.source, context: place.context });
  tell({ type: 'looked', at: clock.now(), commit: first.baseCommit });
  let isToldPaused = false;
  try {
    for (;;) {
      stop.throwIfAborted();
      if (paused && !isToldPaused) tell({ type: 'paused', at: clock.now() });
      isToldPaused = paused;
      if (paused && once) return 'paused';
      const why = paused ? undefined : await findReason().catch(fail);
      if (why === undefined) {
        const next = drift.isSuspicious ? Math.min(retryAt, repairAt) : retryAt;
        await sleepUntil(paused ? Number.POSITIVE_INFINITY : next);
        continue;
      }
      try {
        await setOut(why);
        if (!once) continue;
        const outcome = await untilAborted(decided.promise, stop);
        await noted;
        return outcome;
      } catch (error) {
        stop.throwIfAborted();
        if (pausing.signal.aborted) continue;
        if (once || TowlineError.is(error, 'agent-running', 'inventory-unreadable')) throw error;
        fail(error);
      }
    }
  } finally {
    ending.abort();
    await Promise.allSettled([...background, noted, drift.ended()]);
  }

  /** Until something happens, or the time has come. */
  async function sleepUntil(time: number): Promise<void> {
    const woken = new AbortController();
    const wait = Math.min(Math.max(0, time - clock.now()), longestSleep);
    const until = clock.wait(wait, AbortSignal.any([stop, woken.signal]));
    until.catch(() => undefined);
    try {
      await sleeper.sleep(until);
    } finally {
      woken.abort();
    }
  }
}
