import { randomUUID } from 'node:crypto';
import { present } from '../../base/present.ts';
import { failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { kindOfObject } from '../../domain/kubernetes/kindOfObject.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import { nameOfObject, type ObjectName } from '../../domain/localAgent/objectName.ts';
import { changedObjects } from '../../domain/rehearsal/changedObjects.ts';
import { meantWorkloads } from '../../domain/rehearsal/meantWorkloads.ts';
import { planRehearsal, type RehearsalPlan } from '../../domain/rehearsal/planRehearsal.ts';
import type {
  CleanUp,
  RehearsalAddress,
  RehearsalConclusion,
  RehearsalEvent,
  RehearsedHead,
} from '../../domain/rehearsal/rehearsalEvent.ts';
import { rehearsalNamespace, rehearsalNamespaceName } from '../../domain/rehearsal/rehearsalNamespace.ts';
import { concludeRehearsal } from '../../domain/rehearsal/rehearsalOutcome.ts';
import type { RehearsalRecord } from '../../domain/rehearsal/rehearsalRecord.ts';
import { imagesOf } from '../../domain/rehearsal/rewriteImages.ts';
import type { Rendering } from '../../domain/rendering/rendering.ts';
import { placeVerdict } from '../../domain/verdict/placeVerdict.ts';
import { readWorkload } from '../../domain/workloads/readWorkload.ts';
import { applyInOrder } from '../applying/applyInOrder.ts';
import { createSecretMark } from '../diffing/secretMark.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import type { ClusterReads, ClusterWrites } from '../ports/clusters.ts';
import type { Ports } from '../ports/ports.ts';
import type { LocalRegistry } from '../registries/localRegistry.ts';
import { createRegistries } from '../registries/registries.ts';
import { chooseEnvironment } from '../workspace/chooseEnvironment.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import { chooseCluster } from './chooseCluster.ts';
import { dryRunObjects } from './dryRunObjects.ts';
import { type FollowedWorkload, followRehearsal } from './followRehearsal.ts';
import { openAddresses } from './openAddresses.ts';
import { type HeadRequest, openRehearsalSource } from './openRehearsalSource.ts';
import { reachableImages } from './reachableImages.ts';
import { readClusterFacts } from './readClusterFacts.ts';
import { forgetRehearsal, recordRehearsal } from './rehearsalRecords.ts';
import { renderBoth } from './renderBoth.ts';
import { removeNamespace } from './throwAwayNamespace.ts';

/** Owner of everything a rehearsal applies; never changes. */
const fieldManager = 'towline-rehearsal';

export interface RehearsalRequest {
  /** Name of an environment. */
  readonly environment: string;
  readonly head: HeadRequest;
  /** kubeconfig context; when absent, the only one that is proven local, or the environment's own of several. */
  readonly context?: string;
  /** Seconds that the rollout may take. */
  readonly timeout: number;
}

export interface RehearsalOptions {
  onEvent(event: RehearsalEvent): void;
  /**
   * Keeps the rehearsal after its conclusion until the promise is settled, with addresses on this machine that lead
   * into it. Without it, it is removed at once.
   */
  whileKept?(addresses: readonly RehearsalAddress[], signal: AbortSignal): Promise<void>;
  /** Local port of the first address; any free one when absent. */
  readonly localPort?: number;
}

export interface RehearsalResult {
  readonly conclusion: RehearsalConclusion;
  readonly cleanUp: CleanUp;
}

export interface RehearsalParts {
  readonly ports: Ports;
  readonly localClusters: LocalClusters;
  readonly localRegistry: LocalRegistry;
}

/**
 * Rehearses a change of an environment's manifests in a throw-away namespace of a proven-local cluster: renders it, shows
 * what it changes and what the cluster would make of it, applies it, follows it to a verdict, and removes the namespace,
 * also when it is cancelled or fails. A namespace that outlives this process is found by `listRehearsals`. Throws
 * `environment-unknown`, `cluster-not-local`, `branch-missing`, `rendering-failed`, and as its ports do.
 */
export async function rehearse(
  parts: RehearsalParts,
  opened: OpenWorkspace,
  request: RehearsalRequest,
  options: RehearsalOptions,
  signal: AbortSignal,
): Promise<RehearsalResult> {
  const { ports, localClusters } = parts;
  const environment = chooseEnvironment(opened, request.environment);
  const wish = { named: request.context, own: environment.context };
  const cluster = await chooseCluster(ports.clusters, localClusters, wish, signal);
  const source = await openRehearsalSource(ports, opened, environment, request.head, signal);
  const id = randomUUID().replaceAll('-', '').slice(0, 10);
  options.onEvent({
    type: 'started',
    id,
    environment: environment.name,
    ...cluster,
    head: source.head,
    headCommit: source.headCommit,
    base: source.source.base,
    baseCommit: source.baseCommit,
    notes: source.notes,
  });
  const rendered = await renderBoth(ports, source, environment, signal);
  const changed = changedObjects(rendered.base?.objects ?? [], rendered.head.objects, createSecretMark());
  options.onEvent({
    type: 'rendered',
    renderer: rendered.head.renderer,
    objects: rendered.head.objects.length,
    changed,
    warnings: rendered.warnings,
  });

  const reads = ports.clusters.connect(cluster.context);
  try {
    const facts = await readClusterFacts(reads, signal);
    const registries = createRegistries(ports, parts.localRegistry, opened.workspace.registry);
    const images = imagesOf(rendered.head.objects.map(({ object }) => object));
    const namespace = rehearsalNamespaceName(environment.name, id);
    const plan = planRehearsal({
      head: rendered.head.objects,
      base: rendered.base?.objects ?? [],
      facts,
      namespace,
      id,
      images: await reachableImages(reads, registries, opened.workspace, images, signal),
    });
    options.onEvent({
      type: 'planned',
      namespace,
      objects: plan.objects.map(nameOfObject),
      skipped: plan.skipped,
      notes: plan.notes,
    });
    const record: RehearsalRecord = {
      id,
      namespace,
      owner: ports.processes.identify(),
      environment: environment.name,
      head: describeHead(source.head, source.headCommit),
      started: new Date(ports.clock.now()).toISOString(),
      context: cluster.context,
      server: reads.context.server,
    };
    const stage: Stage = {
      ports,
      rendering: rendered.head,
      reads,
      writes: localClusters.openWrites(cluster.context),
      kinds: facts.kinds,
      plan,
      isMeant: meantWorkloads(
        rendered.head.objects.map(({ object }) => object),
        changed,
      ),
      timeout: request.timeout,
      options,
    };
    return await inThrowAwayNamespace(stage, opened, record, () => perform(stage, namespace, signal), signal);
  } finally {
    reads.dispose();
  }
}

interface Stage {
  readonly ports: Ports;
  /** Of the change. */
  readonly rendering: Rendering;
  readonly reads: ClusterReads;
  readonly writes: ClusterWrites;
  readonly kinds: readonly ResourceKind[];
  readonly plan: RehearsalPlan;
  /** Whether the change is about a workload. */
  readonly isMeant: (workload: ObjectName) => boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly options: RehearsalOptions;
}

function describeHead(head: RehearsedHead, commit: string): string {
  const what = head.kind === 'pull' ? `pull request ${head.number}` : `branch ${head.branch}`;
  return `${what} at ${commit.slice(0, 7)}`;
}

/** Makes the namespace, does the work in it, and takes it away whatever happens; a record of it is written before. */
async function inThrowAwayNamespace(
  { ports, reads, writes, plan, options }: Stage,
  opened: OpenWorkspace,
  record: RehearsalRecord,
  work: () => Promise<RehearsalConclusion>,
  signal: AbortSignal,
): Promise<RehearsalResult> {
  const records = ports.stores.openRecords(opened.repository.place.commonFolder);
  await recordRehearsal(records, record);

  async function clean(isMade: boolean): Promise<CleanUp> {
    options.onEvent({ type: 'cleaning', namespace: record.namespace });
    // Whoever cancels wants it gone as well, so this is not theirs to cancel.
    const own = new AbortController();
    const removed = await removeNamespace({ reads, writes, clock: ports.clock }, record, own.signal).catch(
      (error: unknown): CleanUp => {
        const { what, why } = failureOf(error);
        return { kind: 'left', why: `namespace ${record.namespace} was not removed: ${what}: ${why}` };
      },
    );
    const cleanUp: CleanUp =
      removed.kind === 'removed' && !isMade
        ? { kind: 'left', why: `the cluster did not say whether it made namespace ${record.namespace}` }
        : removed;
    if (cleanUp.kind === 'removed') await forgetRehearsal(records, record.id);
    options.onEvent({ type: 'ended', cleanUp });
    return cleanUp;
  }

  let isMade = true;
  let conclusion: RehearsalConclusion;
  try {
    signal.throwIfAborted();
    isMade = false;
    // Not to be cancelled: a request that is cut off may still be done, after the clean-up has found nothing.
    await writes.create(
      rehearsalNamespace(record, plan.namespace),
      builtInKinds.namespaces,
      new AbortController().signal,
    );
    isMade = true;
    options.onEvent({ type: 'namespace-made', namespace: record.namespace });
    signal.throwIfAborted();
    conclusion = await work();
  } catch (error) {
    // Whatever the cluster said, it answered; only without an answer nothing is certain.
    await clean(isMade || !TowlineError.is(error, 'cluster-unreachable'));
    throw error;
  }
  return { conclusion, cleanUp: await clean(true) };
}

/** What happens in the namespace once it is there. */
async function perform(stage: Stage, namespace: string, signal: AbortSignal): Promise<RehearsalConclusion> {
  const { ports, rendering, reads, kinds, plan, options } = stage;
  const { clock } = ports;
  await untilAccount(stage, namespace, signal);
  const results = await dryRunObjects(reads, plan.objects, kinds, fieldManager, signal);
  options.onEvent({ type: 'dry-run', results });
  const refused = results.flatMap(({ object, refused: failure }) =>
    failure ? [{ object, why: failure.why }] : [],
  );
  if (refused.length > 0) return announce(stage, refused);

  const made = await apply(stage, namespace, signal);
  if ('refused' in made) return announce(stage, [made.refused]);
  const workloads = made.objects.flatMap((object): readonly FollowedWorkload[] => {
    const workload = readWorkload(object);
    const kind = kindOfObject(object, kinds);
    const name = nameOfObject(object);
    return workload && kind ? [{ workload, kind, name, isMeant: stage.isMeant(name) }] : [];
  });
  const verdicts = await followRehearsal(
    // Namespaces of the manifests are not those of the rehearsal.
    { reads, clock, place: (verdict, { kind, name }) => placeVerdict(verdict, { kind, name }, rendering) },
    workloads,
    stage.timeout * 1000,
    (workload, verdict) => options.onEvent({ type: 'verdict', workload, verdict }),
    signal,
  );
  const conclusion = announce(
    stage,
    [],
    verdicts,
    workloads.map(({ name }) => name),
  );
  if (options.whileKept) await keep(stage, made.objects, signal);
  return conclusion;
}

function announce(
  { plan, isMeant, timeout, options }: Stage,
  refused: readonly { readonly object: ObjectName; readonly why: string }[],
  verdicts: RehearsalConclusion['verdicts'] = [],
  followed: readonly ObjectName[] = [],
): RehearsalConclusion {
  const concluded = concludeRehearsal({
    rehearsed: plan.objects.length,
    skipped: plan.skipped,
    isMeant,
    verdicts,
    followed,
    refused,
    seconds: timeout,
  });
  const conclusion = { ...concluded, verdicts };
  options.onEvent({ type: 'concluded', conclusion });
  return conclusion;
}

/** What the cluster made of the objects, or which one it refused: admission may say another thing than in the dry run. */
async function apply(
  { ports, reads, writes, plan, options }: Stage,
  namespace: string,
  signal: AbortSignal,
): Promise<
  | { readonly objects: readonly ClusterObject[] }
  | { readonly refused: { readonly object: ObjectName; readonly why: string } }
> {
  let done = 0;
  const onApplied = (object: ClusterObject): void => {
    done += 1;
    options.onEvent({ type: 'applied', object: nameOfObject(object), done, of: plan.objects.length });
  };
  const how = { namespace, fieldManager, force: false, onApplied };
  try {
    return { objects: await applyInOrder({ reads, writes, clock: ports.clock }, plan.objects, how, signal) };
  } catch (error) {
    const next = plan.objects[done];
    if (!next || !TowlineError.is(error, 'object-invalid', 'object-conflict', 'cluster-forbidden'))
      throw error;
    return { refused: { object: nameOfObject(next), why: error.failure.why } };
  }
}

/** Milliseconds a new namespace may take to have the account that pods run as. */
const accountLimit = 15_000;
const accountPace = 100;

/** Pods that no controller makes are refused until then, and would not be tried again. */
async function untilAccount(
  { ports, reads, plan }: Stage,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  if (!plan.objects.some(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Pod')) return;
  const limit = ports.clock.now() + accountLimit;
  while (!(await reads.get(builtInKinds.serviceAccounts, namespace, 'default', signal))) {
    if (ports.clock.now() >= limit) return;
    await ports.clock.wait(accountPace, signal);
  }
}

async function keep(
  { ports, reads, options }: Stage,
  objects: readonly ClusterObject[],
  signal: AbortSignal,
): Promise<void> {
  const opened = await openAddresses({ reads, clock: ports.clock }, objects, options.localPort ?? 0, signal);
  try {
    const { addresses, problem } = opened;
    options.onEvent({ type: 'kept', addresses, ...present({ problem }) });
    await options.whileKept?.(addresses, signal);
  } finally {
    opened.dispose();
  }
}
