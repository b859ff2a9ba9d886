import { createShared, type Shared } from '../../base/shared.ts';
import { proposalBranch } from '../../domain/proposals/proposalBranch.ts';
import type { PushOutput, TestOutput } from '../../domain/runs/stepOutput.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { Service } from '../../domain/workspace/service.ts';
import { recordPart } from '../keys/recordPart.ts';
import type { ProposedChange } from '../ports/consent.ts';
import type { RecordStore } from '../ports/journalStore.ts';
import type { Ports } from '../ports/ports.ts';
import type { ObjectId } from '../ports/repositories.ts';
import type { Untimed } from '../steps/untimed.ts';
import { keepQuestion } from '../workspace/askAhead.ts';
import { mainRemote } from '../workspace/mainRemote.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import { describeSource } from './describeSource.ts';
import type { ManifestFiles } from './manifestFiles.ts';
import { fetchBase, type ManifestSource, openManifestSource } from './manifestSource.ts';
import { findStanding, type PlacedProposal, type ProposalContent, placeProposal } from './placeProposal.ts';

/** A service's image on its way into the manifests. */
export interface WantedImage {
  readonly service: Service;
  readonly pushed: PushOutput;
  /** `earlier`: tested by the run that proposed it first. */
  readonly tests: TestOutput | 'earlier' | undefined;
}

/** Proposals of one run to its environment. */
export interface Proposals {
  /** Where the manifests and the proposals' branches are in Git now; asked once a run. */
  source(signal: AbortSignal): Promise<ManifestSource>;
  /** The same, with the base commit's objects here, to read from. */
  readySource(signal: AbortSignal): Promise<ManifestSource>;
  /** The environment's manifests, edited from what they are in the base commit. */
  edit: ManifestFiles['edit'];
  /** Where the source commit of an image is, where a reviewer should know; see `describeSource`. */
  unmergedSource(commit: ObjectId, signal: AbortSignal): Promise<string | undefined>;
  /** Address of the source's remote, where the manifests are in another repository: a reviewer there cannot know it. */
  sourceRepository(signal: AbortSignal): Promise<string | undefined>;
  /** Subjects of the base's newest commits, as a model for the proposal's. */
  recentSubjects(signal: AbortSignal): Promise<readonly string[]>;
  /** Whether the answer for this environment's remote may have to be asked for. */
  readonly unanswered: boolean;
  /** Asks, where a remote gets branches of this environment for the first time; later runs remember a yes. */
  allowed(signal: AbortSignal, untimed: Untimed): Promise<boolean>;
  branchOf(service: Service): string;
  /** Whether the host's user wants to see this before it is committed, and does not. Not asked where the branch says it already. */
  refused(
    change: Omit<ProposedChange, 'repository' | 'base' | 'remote' | 'environment'>,
    signal: AbortSignal,
    untimed: Untimed,
  ): Promise<boolean>;
  /** Puts a proposal on its branch; one at a time for all runs of the manifest repository on this machine. */
  place(content: ProposalContent, signal: AbortSignal): Promise<PlacedProposal>;
}

/** How many commits show how their subjects are written. */
const subjectsRead = 30;

export function createProposals(
  ports: Ports,
  records: RecordStore,
  opened: OpenWorkspace,
  environment: Environment,
  services: readonly Service[],
): Proposals {
  const branches = [...new Set(services.map((service) => branchOf(service)))];
  const answerName = `allowed/${recordPart(environment.name)}`;
  const source = createShared(async (signal) => {
    const found = await openManifestSource(ports, opened, environment, branches, signal);
    if (found.remote && found.repository === opened.repository) {
      const asked = environment.branch === undefined ? branches : [environment.branch, ...branches];
      await keepQuestion(records, environment.name, { remote: found.remote.name, branches: asked });
    }
    return found;
  });
  const ready = createShared(async (signal) => {
    const found = await openSource(signal);
    await locked(found, () => fetchBase(found, signal), signal);
    // Editing needs a YAML parser, which a run that changes nothing never loads.
    const { createManifestFiles } = await import('./manifestFiles.ts');
    return { found, files: createManifestFiles(found, environment) };
  });
  const subjects = createShared(async (signal) => {
    const { found } = await ready.get(signal);
    return found.repository.recentSubjects(found.baseCommit, subjectsRead, signal);
  });
  const sources = new Map<ObjectId, Shared<string | undefined>>();
  let answer: Promise<boolean> | undefined;

  function branchOf(service: Service): string {
    return proposalBranch(environment.name, service.name, environment.group);
  }

  function openSource(signal: AbortSignal): Promise<ManifestSource> {
    return source.get(signal);
  }

  function locked<T>(
    { repository }: ManifestSource,
    work: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    return ports.stores.withLock(repository.place.commonFolder, 'proposals', work, signal);
  }

  async function ask({ base }: ManifestSource, remote: string, signal: AbortSignal): Promise<boolean> {
    const question = { environment: environment.name, remote, branches, base };
    if ((await ports.consent.allowBranches(question, signal)) === 'declined') return false;
    await records.write(answerName, answerFor(remote, base));
    return true;
  }

  return {
    get unanswered() {
      return records.read(answerName) === undefined;
    },
    source: openSource,
    readySource: async (signal) => (await ready.get(signal)).found,
    edit: async (wanted, signal) => (await ready.get(signal)).files.edit(wanted, signal),
    recentSubjects: subjects.get,
    unmergedSource(commit, signal) {
      const known =
        sources.get(commit) ??
        createShared(async (asked) => describeSource(await openSource(asked), opened, commit, asked));
      sources.set(commit, known);
      return known.get(signal);
    },
    async sourceRepository(signal) {
      const { repository } = opened;
      if ((await openSource(signal)).repository === repository) return undefined;
      const remotes = await repository.remotes(signal);
      const remote = mainRemote(remotes);
      return remote && visibleText(remote.url);
    },
    async allowed(signal, untimed) {
      const found = await openSource(signal);
      const remote = found.remote?.url;
      if (remote === undefined || records.read(answerName) === answerFor(remote, found.base)) return true;
      return untimed((patient) => {
        answer ??= ask(found, remote, patient);
        return answer;
      });
    },
    branchOf,
    async refused(change, signal, untimed) {
      const { approve } = ports.consent;
      if (!approve) return false;
      const found = await openSource(signal);
      const files = new Map(change.files.map(({ path, after }) => [path, after]));
      if (await findStanding(found, { branch: change.branch, files }, signal)) return false;
      const whole = {
        ...change,
        repository: opened.repository.place.commonFolder,
        environment: environment.name,
        base: found.base,
        remote: found.remote?.url,
      };
      return (await untimed((patient) => approve(whole, patient))) === 'declined';
    },
    async place(content, signal) {
      const found = await openSource(signal);
      return locked(found, () => placeProposal(found, content, signal), signal);
    },
  };
}

/** What a yes is remembered as: it holds for this remote and branch alone. */
function answerFor(remote: string, base: string): string {
  return JSON.stringify({ remote, base });
}
