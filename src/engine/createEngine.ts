import { join } from 'node:path';
import type { Disposable } from '../base/disposable.ts';
import { wholeCharacters } from '../base/wholeCharacters.ts';
import type { AgentObject } from '../domain/agents/agentObject.ts';
import { configFileNames } from '../domain/config/config.ts';
import type { TrailFacts } from '../domain/delivery/commitTrail.ts';
import type { LiveDiff } from '../domain/diff/liveDiff.ts';
import type { CleanUp } from '../domain/rehearsal/rehearsalEvent.ts';
import type { RunEvent, RunRequest } from '../domain/runs/runEvent.ts';
import type { RunState } from '../domain/runs/runState.ts';
import type { ProposeOutput } from '../domain/runs/stepOutput.ts';
import type { Verdict } from '../domain/verdict/verdict.ts';
import type { WhereRequest } from './delivery/whereIsCommit.ts';
import type { DiffRequest } from './diffing/diffEnvironment.ts';
import type { Diagnosis } from './doctor/diagnose.ts';
import type { Finding } from './doctor/finding.ts';
import type { AgentRequest } from './localAgent/agentPlace.ts';
import type { AgentStatus, AgentWish } from './localAgent/agentStatus.ts';
import type { AgentOutcome, FollowOptions } from './localAgent/followBranch.ts';
import type { LocalCluster } from './localCluster/localCluster.ts';
import { createLocalClusters } from './locality/createLocalClusters.ts';
import type { LocalClusters } from './locality/localClusters.ts';
import { createOptInFile, type OptInFile } from './locality/optInFile.ts';
import type { ClusterContexts, ExecStreams } from './ports/clusters.ts';
import type { ProposedChange } from './ports/consent.ts';
import type { HostFacts, Ports } from './ports/ports.ts';
import type { RepositoryPlace } from './ports/repositories.ts';
import type { Discarded } from './proposals/discardProposal.ts';
import { createLocalRegistry, type LocalRegistry } from './registries/localRegistry.ts';
import type { KnownRehearsal } from './rehearsal/leftRehearsals.ts';
import type { RehearsalOptions, RehearsalRequest, RehearsalResult } from './rehearsal/rehearse.ts';
import type { RolloutOptions } from './rollouts/followRollout.ts';
import type { VerdictRequest } from './rollouts/followVerdict.ts';
import type { ManifestLinesRequest, ManifestPlace, ManifestPlaceRequest } from './rollouts/manifestLines.ts';
import { cancelRun } from './runs/cancelRun.ts';
import { followRun } from './runs/followRun.ts';
import type { ForecastService } from './runs/forecastRun.ts';
import { type KeptRun, readRun } from './runs/readRun.ts';
import { type StartOptions, startRun } from './runs/startRun.ts';
import type { OpenCluster } from './workloads/openCluster.ts';
import type { ProgramPlace, ProgramRequest } from './workloads/runInWorkload.ts';
import type { Expectation } from './workspace/askAhead.ts';
import { type CurrentImage, readCurrentImages } from './workspace/currentImages.ts';
import { type OpenWorkspace, openWorkspace } from './workspace/openWorkspace.ts';

/** The repository whose runs are meant; an opened workspace is one, and so is a Git folder found without Git. */
export interface RunPlace {
  readonly repository: { readonly place: Pick<RepositoryPlace, 'commonFolder'> };
}

/** Everything a host can ask for. Errors are TowlineError; a cancelled call rejects with the signal's reason. */
export interface Engine {
  /**
   * Finds services and environments from a folder of a repository, with `towline.yaml` where there is one. `expected`
   * says that a run follows at once, whose first question to a remote may then be asked beside the looking.
   */
  open(folder: string, signal: AbortSignal, expected?: Expectation): Promise<OpenWorkspace>;
  /** Images that the environments' manifests in the checkout name now. */
  readImages(opened: OpenWorkspace): readonly CurrentImage[];
  /** Writes `towline.yaml` into the workspace's folder; the one file of the user's that Towline makes, when asked to. */
  writeConfig(opened: OpenWorkspace, text: string): Promise<void>;
  run(opened: OpenWorkspace, options: StartOptions, signal: AbortSignal): Promise<RunState>;
  /** What a run would do, without doing it. */
  forecast(
    opened: OpenWorkspace,
    request: RunRequest,
    signal: AbortSignal,
  ): Promise<readonly ForecastService[]>;
  /** Numbers of the runs that are kept, ascending. */
  listRuns(opened: RunPlace): readonly number[];
  readRun(opened: RunPlace, run: number): Promise<KeptRun | undefined>;
  /** Events from the first on and as they come, until the run has ended or its owner is gone. */
  followRun(opened: RunPlace, run: number, signal: AbortSignal): AsyncIterable<RunEvent>;
  /** Calls back when any run of the repository moves. */
  watchRuns(opened: RunPlace, listener: (run: number) => void): Promise<Disposable>;
  /**
   * A step's output from a byte on, up to the last whole character; `size` is the byte to read on from. Undefined when
   * it wrote none.
   */
  readLog(
    opened: RunPlace,
    run: number,
    log: string,
    offset: number,
  ): Promise<{ readonly text: string; readonly size: number } | undefined>;
  /** Asks the run's owner to stop; `not-running` when nobody runs it. */
  cancelRun(opened: RunPlace, run: number): Promise<'asked' | 'not-running'>;
  /** Deletes a proposal's branch where it still is as Towline left it. */
  discard(
    opened: OpenWorkspace,
    environment: string,
    service: string,
    signal: AbortSignal,
  ): Promise<Discarded>;
  /** Files of a finished proposal before and after it; undefined when Git has dropped them. */
  readProposedFiles(
    opened: OpenWorkspace,
    output: ProposeOutput,
    signal: AbortSignal,
  ): Promise<ProposedChange['files'] | undefined>;
  /** Where a commit is on its way to ready pods, for each service and environment. */
  whereIs(opened: OpenWorkspace, request: WhereRequest, signal: AbortSignal): Promise<readonly TrailFacts[]>;
  /** See `refreshAgents`: asks Argo CD or Flux to look now, on clusters that are proven local. */
  refreshAgents(
    opened: OpenWorkspace,
    environment: string | undefined,
    signal: AbortSignal,
  ): Promise<readonly AgentObject[]>;
  /** What applying an environment's manifests would change on its cluster; nothing is written. */
  diffEnvironment(opened: OpenWorkspace, request: DiffRequest, signal: AbortSignal): Promise<LiveDiff>;
  /** Verdicts on a workload as they change, beginning with what stands now; with their lines where manifests are named. */
  followVerdict(
    request: VerdictRequest & { readonly manifests?: ManifestLinesRequest } & RolloutOptions,
    signal: AbortSignal,
  ): AsyncIterable<Verdict>;
  /** See `findManifestPlace`: the line of an environment's manifests that has a workload, or what is wrong with it. */
  findManifestPlace(
    opened: OpenWorkspace,
    request: ManifestPlaceRequest,
    signal: AbortSignal,
  ): Promise<ManifestPlace | { readonly unknown: string }>;
  /** Contexts of the kubeconfig; asks no server. Throws `kubeconfig-invalid`. */
  readContexts(): ClusterContexts;
  /** A cluster to look into; nothing is sent yet. Throws `context-unknown`, `kubeconfig-invalid`. */
  openCluster(context: string): Promise<OpenCluster>;
  /** Runs a program in a container of a workload on a cluster that is proven local; see `runInWorkload`. */
  runInWorkload(
    request: ProgramRequest,
    streams: ExecStreams,
    onPlace: (place: ProgramPlace) => void,
    signal: AbortSignal,
  ): Promise<number>;
  /** See `openInBrowser`: false where nothing is found that could open it. */
  openInBrowser(url: string): Promise<boolean>;
  /** See `rehearse`: a change in a throw-away namespace of a proven-local cluster, watched to a verdict and removed. */
  rehearse(
    opened: OpenWorkspace,
    request: RehearsalRequest,
    options: RehearsalOptions,
    signal: AbortSignal,
  ): Promise<RehearsalResult>;
  /** Rehearsals of the repository that go on, and those whose process is gone. Reads records, asks no cluster. */
  listRehearsals(opened: RunPlace): Promise<readonly KnownRehearsal[]>;
  /** Rehearsals of all repositories that a cluster has, by their label. */
  findRehearsals(context: string, signal: AbortSignal): Promise<readonly KnownRehearsal[]>;
  /** Removes what a rehearsal whose process is gone has left; refuses others by saying why. */
  cleanRehearsal(opened: RunPlace, rehearsal: KnownRehearsal, signal: AbortSignal): Promise<CleanUp>;
  /**
   * The local agent: keeps a proven-local cluster at what an environment's branch says until the signal is aborted, then
   * rejects with its reason.
   */
  followBranch(opened: OpenWorkspace, options: FollowOptions, signal: AbortSignal): Promise<AgentOutcome>;
  /** What the cluster tells of an environment's agent, whichever process runs it. */
  readAgentStatus(opened: OpenWorkspace, request: AgentRequest, signal: AbortSignal): Promise<AgentStatus>;
  /** Pauses or resumes an environment's agent, or asks it to reconcile now, whichever process runs it. */
  askAgent(opened: OpenWorkspace, request: AgentRequest, wish: AgentWish, signal: AbortSignal): Promise<void>;
  diagnose(folder: string, signal: AbortSignal): Promise<Diagnosis>;
  /** The engine's part of a diagnosis alone. */
  findEngine(signal: AbortSignal): Promise<Finding>;
  readonly localRegistry: LocalRegistry;
  /** The guard that every write to a cluster goes through. */
  readonly localClusters: LocalClusters;
  readonly localCluster: LocalCluster;
  /** Clusters that their user has declared local. */
  readonly optIns: OptInFile;
}

/** The one place where the engine's parts meet its ports. Costs nothing until it is asked for something. */
export function createEngine(ports: Ports, facts: HostFacts): Engine {
  const journalOf = ({ repository }: RunPlace) => ports.stores.openJournal(repository.place.commonFolder);
  const localRegistry = createLocalRegistry(ports, facts.dataFolder);
  const optIns = createOptInFile(ports, facts.dataFolder);
  const localClusters = createLocalClusters(ports, optIns);
  const loadLocalCluster = async (): Promise<LocalCluster> => {
    const { createLocalCluster } = await import('./localCluster/localCluster.ts');
    return createLocalCluster(ports, { localRegistry, localClusters }, facts.dataFolder);
  };
  return {
    open: (folder, signal, expected) => openWorkspace(ports, facts.version, folder, signal, expected),
    readImages: (opened) => readCurrentImages(ports.files, opened),
    writeConfig: (opened, text) => ports.files.writeWhole(join(opened.folder, configFileNames[0]), text),
    run: (opened, options, signal) => startRun({ ...ports, localClusters }, facts, opened, options, signal),
    async forecast(opened, request, signal) {
      const { forecastRun } = await import('./runs/forecastRun.ts');
      return forecastRun({ ...ports, localClusters }, facts, opened, request, signal);
    },
    listRuns: (opened) => journalOf(opened).listRuns(),
    readRun: (opened, run) => readRun(journalOf(opened), run),
    followRun: (opened, run, signal) => followRun(journalOf(opened), run, signal),
    watchRuns: (opened, listener) => journalOf(opened).watch(listener),
    async readLog(opened, run, log, offset) {
      const read = await journalOf(opened).readLog(run, log, offset);
      if (!read) return undefined;
      const whole = wholeCharacters(read.bytes);
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole);
      return { text, size: read.size - (read.bytes.length - whole.length) };
    },
    cancelRun: (opened, run) => cancelRun(journalOf(opened), run),
    async discard(opened, environment, service, signal) {
      const { discardProposal } = await import('./proposals/discardProposal.ts');
      return discardProposal(ports, opened, environment, service, signal);
    },
    async readProposedFiles(opened, output, signal) {
      const { readProposedFiles } = await import('./proposals/readProposedFiles.ts');
      return readProposedFiles(ports, opened, output, signal);
    },
    async whereIs(opened, request, signal) {
      const { whereIsCommit } = await import('./delivery/whereIsCommit.ts');
      return whereIsCommit({ ...ports, localClusters }, opened, request, signal);
    },
    async refreshAgents(opened, environment, signal) {
      const { refreshAgents } = await import('./delivery/refreshAgents.ts');
      return refreshAgents(ports, localClusters, opened, environment, signal);
    },
    async diffEnvironment(opened, request, signal) {
      const { diffEnvironment } = await import('./diffing/diffEnvironment.ts');
      return diffEnvironment(ports, opened, request, signal);
    },
    async *followVerdict({ manifests, ...request }, signal) {
      const [{ followVerdict }, { openManifestLines }] = await Promise.all([
        import('./rollouts/followVerdict.ts'),
        import('./rollouts/manifestLines.ts'),
      ]);
      const lines = manifests && (await openManifestLines(ports, manifests, signal));
      yield* followVerdict(ports, { ...request, lines }, signal);
    },
    async findManifestPlace(opened, request, signal) {
      const { findManifestPlace } = await import('./rollouts/manifestLines.ts');
      return findManifestPlace(ports, opened, request, signal);
    },
    readContexts: () => ports.clusters.readContexts(),
    async openCluster(context) {
      const { openCluster } = await import('./workloads/openCluster.ts');
      return openCluster({ ...ports, localClusters }, context);
    },
    async runInWorkload(request, streams, onPlace, signal) {
      const { runInWorkload } = await import('./workloads/runInWorkload.ts');
      return runInWorkload({ clusters: ports.clusters, localClusters }, request, streams, onPlace, signal);
    },
    async followBranch(opened, options, signal) {
      const { followBranch } = await import('./localAgent/followBranch.ts');
      return followBranch({ ports, facts, localClusters }, opened, options, signal);
    },
    async readAgentStatus(opened, request, signal) {
      const { readAgentStatus } = await import('./localAgent/agentStatus.ts');
      return readAgentStatus(ports, opened, request, signal);
    },
    async askAgent(opened, request, wish, signal) {
      const { askAgent } = await import('./localAgent/agentStatus.ts');
      await askAgent(ports, localClusters, opened, request, wish, signal);
    },
    async openInBrowser(url) {
      const { openInBrowser } = await import('./openInBrowser.ts');
      return openInBrowser(ports.processes, url, facts.dataFolder);
    },
    async rehearse(opened, request, options, signal) {
      const { rehearse } = await import('./rehearsal/rehearse.ts');
      return rehearse({ ports, localClusters, localRegistry }, opened, request, options, signal);
    },
    async listRehearsals(opened) {
      const { listRehearsals } = await import('./rehearsal/leftRehearsals.ts');
      return listRehearsals(ports, opened);
    },
    async findRehearsals(context, signal) {
      const { findRehearsals } = await import('./rehearsal/leftRehearsals.ts');
      return findRehearsals(ports, context, signal);
    },
    async cleanRehearsal(opened, rehearsal, signal) {
      const { cleanRehearsal } = await import('./rehearsal/leftRehearsals.ts');
      return cleanRehearsal(ports, localClusters, opened, rehearsal, signal);
    },
    async diagnose(folder, signal) {
      const { diagnose } = await import('./doctor/diagnose.ts');
      return diagnose({ ...ports, localClusters }, facts, localRegistry, folder, signal);
    },
    async findEngine(signal) {
      const { findEngine } = await import('./doctor/diagnose.ts');
      return findEngine(ports, facts.platform, signal);
    },
    localRegistry,
    localClusters,
    localCluster: {
      list: async (...given) => (await loadLocalCluster()).list(...given),
      create: async (...given) => (await loadLocalCluster()).create(...given),
      delete: async (...given) => (await loadLocalCluster()).delete(...given),
      diagnose: async (...given) => (await loadLocalCluster()).diagnose(...given),
      repair: async (...given) => (await loadLocalCluster()).repair(...given),
    },
    optIns,
  };
}
