import type { AgentRevision } from './agentObject.ts';

const commit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Reads a revision as Argo CD (`<commit>`, a chart's version) and Flux write it: `main@sha1:<commit>`, `sha1:<commit>`,
 * and `main/<commit>` before Flux 2.0. An artifact's digest (`latest@sha256:…`, 64 digits behind a tag) is no commit.
 */
export function readRevision(text: string | undefined): AgentRevision | undefined {
  if (text === undefined) return undefined;
  const named = /(?:^|@)(sha1|sha256):([0-9a-f]+)$/.exec(text);
  const found = named ? (named[1] === 'sha1' ? named[2] : undefined) : text.slice(text.lastIndexOf('/') + 1);
  return found !== undefined && commit.test(found) ? { text, commit: found } : { text };
}

export function sameRevision(one: AgentRevision | undefined, other: AgentRevision | undefined): boolean {
  if (!one || !other) return one === other;
  return one.commit !== undefined && other.commit !== undefined
    ? one.commit === other.commit
    : one.text === other.text;
}
