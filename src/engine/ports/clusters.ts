import type { Disposable } from '../../base/disposable.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import type { LocalityProof } from '../../domain/locality/localityProof.ts';

/** A context of the merged kubeconfig, without anything secret. */
export interface ClusterContext {
  readonly name: string;
  /** Name of its cluster entry. */
  readonly cluster: string;
  /** e.g. `https://127.0.0.1:6443` */
  readonly server: string;
  /** Lower-case hex SHA-256 of the certificate authority's PEM data; undefined where none is named. */
  readonly authority: string | undefined;
  /** The server's certificate is not checked: shown wherever the context is. */
  readonly insecure: boolean;
  /** What the kubeconfig's `proxy-url` names, without a user; the server's address means nothing on this machine then. */
  readonly proxy?: string;
  /** The context's own, else `default`. */
  readonly namespace: string;
  /** How the user is known there, for people: "token", "client certificate", "plugin aws-iam-authenticator". */
  readonly user: string;
  /** File that defines the context. */
  readonly file: string;
}

export interface ClusterContexts {
  readonly contexts: readonly ClusterContext[];
  /** What kubectl would use; shown, never written with and never changed. */
  readonly current: string | undefined;
  /** Files that were read, and those that are named but missing. */
  readonly files: readonly string[];
  readonly missing: readonly string[];
}

export interface ObjectQuery {
  /** All namespaces when absent. */
  readonly namespace?: string;
  readonly labels?: string;
  readonly fields?: string;
}

export interface ObjectPage {
  readonly items: readonly ClusterObject[];
  /** Of the collection: a watch goes on from here. */
  readonly resourceVersion: string;
  /** Asks for the next page. */
  readonly continue?: string;
}

export type WatchEvent =
  /** The server has accepted the watch (its answer's head has come): the first event of each, exactly once. */
  | { readonly type: 'OPENED' }
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: ClusterObject }
  /** Nothing changed up to this version. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface PodPlace {
  readonly namespace: string;
  readonly pod: string;
}

/** Everything an API server serves; versions as it prefers them. */
export interface Discovery {
  readonly kinds: readonly ResourceKind[];
  /** Groups that did not answer (an aggregated API that is down); theirs are missing above. */
  readonly unavailable: readonly string[];
}

/**
 * One cluster, read only: nothing here changes an object. Every method throws TowlineError and rejects with the
 * signal's reason when cancelled: `kubeconfig-invalid`, `context-unknown`, `credential-plugin-failed`,
 * `cluster-unreachable` (no answer, a cut or malformed answer, a time-out), `cluster-unauthorized` (401, after fresh
 * credentials were tried once), `cluster-forbidden` (403), `cluster-busy` (429 and 503, with `retryAfter` where the
 * server said it), `object-missing` (404), `object-conflict` (409), `object-invalid` (422, with the API's causes),
 * `version-gone` (410), `cluster-failed` (anything else).
 */
export interface ClusterReads {
  readonly context: ClusterContext;
  /** e.g. `v1.31.2`; the cheapest question there is. */
  version(signal: AbortSignal): Promise<string>;
  /**
   * Asked once per connection; `fresh` asks again, e.g. after a CRD was made. With `groups` only these are asked about,
   * and kinds of others may be missing.
   */
  discover(
    signal: AbortSignal,
    options?: { readonly fresh?: boolean; readonly groups?: readonly string[] },
  ): Promise<Discovery>;
  /** Undefined when there is no such object. */
  get(
    kind: ResourceKind,
    namespace: string | undefined,
    name: string,
    signal: AbortSignal,
  ): Promise<ClusterObject | undefined>;
  /** One page of at most `limit` objects, in the API's order. */
  list(
    kind: ResourceKind,
    query: ObjectQuery,
    page: { readonly limit?: number; readonly continue?: string; readonly resourceVersion?: string },
    signal: AbortSignal,
  ): Promise<ObjectPage>;
  /**
   * Events after a version, in order; resolves when the server ends the watch in good order (its time limit). Bookmarks
   * are asked for. A line that cannot be read ends the watch with `cluster-unreachable`, never silently.
   */
  watch(
    kind: ResourceKind,
    query: ObjectQuery,
    from: { readonly resourceVersion: string; readonly timeoutSeconds: number },
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * A container's output; with `follow` until the container ends. Where `onText` gives a promise, nothing more is taken
   * from the server until it resolves.
   */
  readLogs(
    place: PodPlace & { readonly container: string },
    options: {
      readonly follow: boolean;
      readonly previous?: boolean;
      /** RFC 3339 */
      readonly since?: string;
      readonly tailLines?: number;
      readonly timestamps?: boolean;
    },
    onText: (text: string) => Promise<void> | undefined,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Listens on 127.0.0.1 (`localPort` 0: any free one) and carries each connection to the pod and port that `choose`
   * gives for it, so that a replaced pod breaks only the connections it had. Throws `port-taken`.
   */
  forwardPort(
    forward: {
      readonly localPort: number;
      choose(signal: AbortSignal): Promise<PodPlace & { readonly port: number }>;
      /** A connection that could not be carried; the forward goes on. */
      onFailure(error: unknown): void;
    },
    signal: AbortSignal,
  ): Promise<PortForward>;
  /** Whether this user may: a SelfSubjectAccessReview, which stores nothing. */
  mayI(
    action: {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource?: string;
      readonly namespace?: string;
      readonly name?: string;
    },
    signal: AbortSignal,
  ): Promise<boolean>;
  /**
   * What server-side apply would make of the object; `dryRun=All` is part of the address and cannot be left out.
   * With `force`, fields of other managers are taken over in the answer instead of being conflicts.
   */
  dryRunApply(
    object: ClusterObject,
    kind: ResourceKind,
    options: { readonly fieldManager: string; readonly force: boolean },
    signal: AbortSignal,
  ): Promise<ClusterObject>;
  /** Forgets connections and credentials, e.g. after sleep or a changed kubeconfig. */
  dispose(): void;
}

export interface PortForward extends Disposable {
  readonly port: number;
}

/** How a program in a container is talked to. */
export interface ExecStreams {
  onOutput(bytes: Uint8Array, stream: 'stdout' | 'stderr'): void;
  /** Called once, when input can be sent. */
  onReady?(input: ExecInput): void;
}

export interface ExecInput {
  write(bytes: Uint8Array): void;
  end(): void;
  resize(columns: number, rows: number): void;
}

/** Writes to one cluster. Errors as those of ClusterReads. Only the locality guard opens one. */
export interface ClusterWrites {
  /** Server-side apply. Without `force` another manager's field is `object-conflict`, naming the manager. */
  apply(
    object: ClusterObject,
    kind: ResourceKind,
    options: { readonly fieldManager: string; readonly force: boolean },
    signal: AbortSignal,
  ): Promise<ClusterObject>;
  create(object: ClusterObject, kind: ResourceKind, signal: AbortSignal): Promise<ClusterObject>;
  /** A JSON merge patch, also of a subresource (`scale`). */
  patch(
    target: {
      readonly kind: ResourceKind;
      readonly namespace: string | undefined;
      readonly name: string;
      readonly subresource?: string;
    },
    change: Readonly<Record<string, unknown>>,
    options: { readonly fieldManager: string },
    signal: AbortSignal,
  ): Promise<ClusterObject>;
  /** Missing is fine. With `uid`, only that very object. Returns before finalizers are done. */
  delete(
    kind: ResourceKind,
    namespace: string | undefined,
    name: string,
    options: { readonly uid?: string; readonly propagation?: 'Background' | 'Foreground' | 'Orphan' },
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Runs a program in a container to its end; its exit code. With a tty all output is `stdout`. Without `onReady` it has no
   * input. Cancelled, the connection ends; whether the program does is the container runtime's affair. Throws
   * `cluster-failed` where the program cannot be started.
   */
  exec(
    place: PodPlace & { readonly container: string },
    command: readonly [string, ...string[]],
    options: { readonly tty: boolean },
    streams: ExecStreams,
    signal: AbortSignal,
  ): Promise<number>;
}

/** Clusters of the user's kubeconfig. */
export interface Clusters {
  /** Reads files, by kubectl's rules, and asks no server. Throws `kubeconfig-invalid` naming file, line and field. */
  readContexts(): ClusterContexts;
  /** A connection that sends nothing until it is asked something. Throws `context-unknown`. */
  connect(context: string): ClusterReads;
  /**
   * For the locality guard alone, for one write. Throws `cluster-not-local` when the context's server or authority is no
   * longer that of the proof.
   */
  openForWriting(proof: LocalityProof): ClusterWrites;
}
