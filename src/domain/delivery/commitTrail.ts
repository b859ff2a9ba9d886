import type { AgentObject } from '../agents/agentObject.ts';
import { describeAgent, shortRevision } from '../agents/describeAgent.ts';

/** A commit as people name it. */
export interface TrailCommit {
  readonly id: string;
  readonly subject: string;
  /** Seconds since the epoch. */
  readonly time: number;
}

/** An image whose source has the commit in it. */
export interface TrailImage {
  /** `repository:tag` */
  readonly reference: string;
  readonly digest: string;
  /** The run of this repository that pushed it, where its record is kept. */
  readonly run?: number;
}

/** What an agent's object has of the manifests' commit; undefined where nobody can tell. */
export interface TrailAgent {
  readonly object: AgentObject;
  readonly includes: boolean | undefined;
}

export interface TrailPods {
  readonly context: string;
  /** Pods that run the service, whichever image. */
  readonly all: number;
  /** Those that run an image with the commit in it, and those of them that are ready. */
  readonly including: number;
  readonly ready: number;
  /** The verdict's sentence, when something is wrong. */
  readonly trouble?: string;
}

/** Facts on one commit, one service and one environment; what is absent was not found, `unknown` could not be asked. */
export interface TrailFacts {
  readonly service: string;
  readonly environment: string;
  readonly commit: TrailCommit;
  /** Newest commit up to it that touched the service: its images carry that one. Undefined: the service is not in it yet. */
  readonly touched: string | undefined;
  readonly image: TrailImage | undefined;
  /** A branch with such an image that is not merged. */
  readonly proposal: { readonly branch: string } | undefined;
  /** The environment's branch names such an image since this commit of it. */
  readonly merged:
    | { readonly branch: string; readonly commit: TrailCommit; readonly image: string }
    | undefined;
  /** What the environment's branch names now, where it is another image. */
  readonly named: string | undefined;
  /** Why the environment's manifests could not be read, without a full stop: nothing is known of proposal and merge. */
  readonly unread?: string;
  readonly agents: readonly TrailAgent[] | { readonly unknown: string };
  /** Its agent is Argo CD or Flux, and Towline may ask it to look now: the cluster is proven local. */
  readonly refreshable: boolean;
  readonly pods: TrailPods | { readonly unknown: string };
}

export type TrailLinkName = 'commit' | 'image' | 'proposal' | 'merge' | 'agent' | 'pods';

/**
 * One step of a commit's way to ready pods. `done`: it is past here; `waiting`: this is where it is; `failed`: it will
 * not go on by itself; `ahead`: an earlier link comes first; `unknown`: nobody could be asked.
 */
export interface TrailLink {
  readonly link: TrailLinkName;
  readonly state: 'done' | 'waiting' | 'failed' | 'ahead' | 'unknown';
  /** One sentence without a full stop. */
  readonly sentence: string;
}

/** The chain commit → image → proposal → merge → agent → pods. It always has every link. */
export function describeTrail(facts: TrailFacts): readonly TrailLink[] {
  const links = [commitLink, imageLink, proposalLink, mergeLink, agentLink, podsLink].map((describe) =>
    describe(facts),
  );
  // What runs is true wherever it stands; before that, the first link that is not past holds up the others.
  const stop = links.findIndex(({ state }) => state === 'waiting' || state === 'failed');
  return links.map((link, index) =>
    stop >= 0 && index > stop && link.state === 'waiting' ? { ...link, state: 'ahead' as const } : link,
  );
}

function commitLink({ commit, touched, service }: TrailFacts): TrailLink {
  const named = `${shortId(commit.id)} "${commit.subject}"`;
  if (touched === undefined)
    return { link: 'commit', state: 'failed', sentence: `${named} does not have ${service} in it` };
  const does =
    touched === commit.id ? `changes ${service}` : `leaves ${service} as ${shortId(touched)} made it`;
  return { link: 'commit', state: 'done', sentence: `${named} ${does}` };
}

function imageLink({ image, merged, service }: TrailFacts): TrailLink {
  if (image) {
    const run = image.run === undefined ? '' : ` by run ${image.run}`;
    const sentence = `${image.reference} (${shortDigest(image.digest)}) was pushed${run}`;
    return { link: 'image', state: 'done', sentence };
  }
  // Somebody else's run may have pushed it: then only the manifests know.
  if (merged) return { link: 'image', state: 'done', sentence: `${merged.image} has it` };
  return { link: 'image', state: 'waiting', sentence: `no image of ${service} has it yet: run the pipeline` };
}

function proposalLink({ proposal, merged, environment, unread }: TrailFacts): TrailLink {
  if (unread !== undefined) {
    const sentence = `the manifests of ${environment} could not be read: ${unread}`;
    return { link: 'proposal', state: 'unknown', sentence };
  }
  if (merged) return { link: 'proposal', state: 'done', sentence: 'the proposal is merged' };
  if (proposal) return { link: 'proposal', state: 'done', sentence: `${proposal.branch} proposes it` };
  return { link: 'proposal', state: 'waiting', sentence: `it is not proposed to ${environment} yet` };
}

function mergeLink({ merged, named, environment, service, proposal, unread }: TrailFacts): TrailLink {
  if (unread !== undefined)
    return { link: 'merge', state: 'unknown', sentence: 'nothing is known of it without the manifests' };
  if (merged) {
    const { branch, commit } = merged;
    return {
      link: 'merge',
      state: 'done',
      sentence: `${branch} has it since ${shortId(commit.id)} "${commit.subject}"`,
    };
  }
  const waits = proposal ? `${proposal.branch} is not merged` : 'there is nothing to merge';
  const names = named ?? (proposal ? undefined : `no image of ${service}`);
  const now = names === undefined ? '' : `; ${environment} names ${names}`;
  return { link: 'merge', state: 'waiting', sentence: `${waits}${now}` };
}

function agentLink({ agents }: TrailFacts): TrailLink {
  if ('unknown' in agents) return { link: 'agent', state: 'unknown', sentence: agents.unknown };
  const [first] = agents;
  if (!first) return { link: 'agent', state: 'unknown', sentence: 'no agent was found that follows it' };
  const failed = agents.find(({ object, includes }) => includes !== true && object.failure?.final);
  const behind = failed ?? agents.find(({ includes }) => includes === false);
  if (behind) {
    const reason = behind.object.failure ? `: ${behind.object.failure.message}` : '';
    return {
      link: 'agent',
      state: failed ? 'failed' : 'waiting',
      sentence: `${describeAgent(behind.object)}${reason}`,
    };
  }
  const unsure = agents.find(({ includes }) => includes === undefined);
  if (unsure)
    return {
      link: 'agent',
      state: 'unknown',
      sentence: `${describeAgent(unsure.object)}, which says nothing of this commit`,
    };
  const { object } = first;
  const on = object.applied ? ` at ${shortRevision(object.applied)}` : '';
  return { link: 'agent', state: 'done', sentence: `${object.kind} ${object.name} has applied it${on}` };
}

function podsLink({ pods, service }: TrailFacts): TrailLink {
  if ('unknown' in pods) return { link: 'pods', state: 'unknown', sentence: pods.unknown };
  const { context, all, including, ready, trouble } = pods;
  if (all === 0)
    return { link: 'pods', state: 'waiting', sentence: `no pod of ${service} runs on ${context}` };
  const count = `${ready} of ${all} ${all === 1 ? 'pod' : 'pods'} on ${context}`;
  const [run, are] = ready === 1 ? ['runs', 'is'] : ['run', 'are'];
  if (including === all && ready === all)
    return { link: 'pods', state: 'done', sentence: `${count} ${run} it` };
  const why = trouble === undefined ? '' : `: ${trouble}`;
  const sentence =
    including === 0 ? `no pod on ${context} runs it yet${why}` : `${count} ${run} it and ${are} ready${why}`;
  return { link: 'pods', state: trouble === undefined ? 'waiting' : 'failed', sentence };
}

function shortId(id: string): string {
  return id.slice(0, 7);
}

function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}
