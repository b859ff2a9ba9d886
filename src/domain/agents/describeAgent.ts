import type { AgentObject, AgentRevision } from './agentObject.ts';

/** One sentence on where an agent's object stands; revisions are shortened, its own words are not repeated. */
export function describeAgent(object: AgentObject): string {
  const on = object.applied ? `is on ${shortRevision(object.applied)}` : 'has applied nothing yet';
  const next = object.waiting && `${shortRevision(object.waiting)} ${waitsBecause(object)}`;
  const source = object.kind === 'GitRepository' && object.applied;
  const stands = source ? `has fetched ${shortRevision(source)}` : on;
  const failed = object.failure ? ` and ${failureWords(object)}` : '';
  const idle = object.manual === 'not-running' ? ' and nobody runs it' : failed;
  return `${object.kind} ${object.name} ${stands}${next ? `, ${next}` : idle}`;
}

function waitsBecause(object: AgentObject): string {
  if (object.failure) return failureWords(object);
  if (object.sync === 'syncing') return 'is being applied';
  if (object.manual === 'suspended') return 'waits: reconciliation is suspended';
  if (object.manual === 'by-hand') return 'waits for a sync by hand';
  if (object.manual === 'not-running') return 'waits: nobody runs the agent';
  return 'is waiting';
}

function failureWords({ failure }: AgentObject): string {
  if (!failure) return 'failed';
  const retries = failure.retries
    ? ` after ${failure.retries} ${failure.retries === 1 ? 'retry' : 'retries'}`
    : '';
  return failure.final ? `failed${retries}` : `failed${retries} and is tried again`;
}

/** `main@4f2a9c1` for a commit on a branch, seven digits for a bare one; versions as they are. */
export function shortRevision({ text, commit }: AgentRevision): string {
  if (commit === undefined) return text;
  const branch = /^(.+?)(?:@|\/)/.exec(text)?.[1];
  const short = commit.slice(0, 7);
  return branch === undefined || branch === 'sha1' ? short : `${branch}@${short}`;
}
