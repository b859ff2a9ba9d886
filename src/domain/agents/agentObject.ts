/** Kinds of objects through which an agent says what it does. */
export const agentKinds = [
  { agent: 'argo-cd', group: 'argoproj.io', kind: 'Application' },
  { agent: 'flux', group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization' },
  { agent: 'flux', group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' },
  { agent: 'flux', group: 'source.toolkit.fluxcd.io', kind: 'GitRepository' },
] as const;

/** API groups of those kinds. */
export function agentGroups(): readonly string[] {
  return agentKinds.map(({ group }) => group);
}

/** Towline's own agent keeps its record in a ConfigMap, which is of no kind of its own. */
export type AgentName = (typeof agentKinds)[number]['agent'] | 'towline';
export type AgentKind = (typeof agentKinds)[number]['kind'] | 'Towline agent';

/** What an agent pulls from, as its object says. */
export interface AgentSource {
  /** Of the Git repository, chart repository or registry; undefined when another object holds it. */
  readonly url?: string;
  /** Branch, tag, range or commit that is asked for. */
  readonly revision?: string;
  /** Folder in the repository, without `./`; '' is its root. */
  readonly path?: string;
  readonly chart?: string;
  /** The object that fetches it, `GitRepository/flux-system/shop`. */
  readonly from?: string;
}

/** A version an agent speaks of. */
export interface AgentRevision {
  /** As it is written: `main@sha1:4f2a…`, `1.4.0`, 40 hex digits. */
  readonly text: string;
  /** The Git commit in it, when there is one. */
  readonly commit?: string;
}

/**
 * What one object of an agent says, in one shape for all agents. Times are milliseconds since the epoch.
 * `sync` compares what is applied with what the source asks for; `health` is about the objects it applied.
 */
export interface AgentObject {
  readonly agent: AgentName;
  readonly kind: AgentKind;
  readonly namespace: string;
  readonly name: string;
  readonly sources: readonly AgentSource[];
  /** Namespace the objects go to, when it is said. */
  readonly targetNamespace?: string;
  readonly sync: 'synced' | 'out-of-sync' | 'syncing' | 'failed' | 'unknown';
  readonly health: 'healthy' | 'progressing' | 'degraded' | 'suspended' | 'missing' | 'unknown';
  /** What it applied last. */
  readonly applied?: AgentRevision;
  /** What it knows of and has not applied: it waits, is at it, or failed. */
  readonly waiting?: AgentRevision;
  /** Nobody applies anything by itself: reconciliation is suspended, syncs are started by hand, or no process runs it. */
  readonly manual?: 'suspended' | 'by-hand' | 'not-running';
  /** Its own words on where it stands. */
  readonly message?: string;
  /** Its own words on the last error, and how it goes on. */
  readonly failure?: {
    readonly reason: string;
    readonly message: string;
    /** Attempts after the first, as far as it counts them. */
    readonly retries?: number;
    /** It gave up until something changes. */
    readonly final: boolean;
  };
  /** When it last looked. */
  readonly reconciled?: number;
  /** What it was asked to do and has not done yet: a refresh or reconcile request. */
  readonly requested?: boolean;
  /** Images that the object itself sets, which hide what the manifests say. */
  readonly imageOverrides: readonly string[];
}
