import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { ErrorCode } from '../../src/domain/errors/errorCatalogue.ts';
import { TowlineError } from '../../src/domain/errors/towlineError.ts';
import type { ClusterObject } from '../../src/domain/kubernetes/clusterObject.ts';
import { apiVersionOf, type ResourceKind } from '../../src/domain/kubernetes/resourceKind.ts';
import type {
  ClusterContext,
  ClusterReads,
  Clusters,
  ClusterWrites,
  ExecStreams,
  PodPlace,
  WatchEvent,
} from '../../src/engine/ports/clusters.ts';
import { applyFields, type FieldOwners, patchFields } from './fakeApply.ts';
import { fakeKinds } from './fakeKinds.ts';
import { createFakeObjects, type FakeObjects } from './fakeObjects.ts';

type Method = Exclude<keyof ClusterReads, 'context' | 'dispose'> | keyof ClusterWrites;

/** What was asked of a fake cluster. */
export interface FakeCall {
  readonly method: Method;
  /** e.g. `pods`; empty where no kind is asked for. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** A watch that is under way. */
export interface FakeWatch {
  readonly kind: ResourceKind;
  readonly namespace: string | undefined;
  /** Gives it something the objects do not tell, e.g. a bookmark. */
  give(event: WatchEvent): void;
  /** Ends it in good order, or with an error. */
  end(error?: unknown): void;
}

/** What a container wrote, and is still to write. */
interface FakeLog {
  text: string;
  ended: boolean;
  readonly listeners: Set<() => void>;
}

export interface FakeCluster {
  /** Replaced by a test, it is the context that the next connection finds. */
  context: ClusterContext;
  version: string;
  /** What discovery gives; objects of other kinds can be stored all the same. */
  kinds: readonly ResourceKind[];
  unavailable: readonly string[];
  readonly objects: FakeObjects;
  /** Every call as one line: `list pods shop`, `watch pods`, `get deployments shop/web`. */
  readonly asked: readonly string[];
  readonly watches: readonly FakeWatch[];
  /** Signs in and out of things: an error that is returned is thrown by the call, before it does anything. */
  refuse: ((call: FakeCall) => TowlineError | undefined) | undefined;
  /** The next calls of a method fail, each with one of these errors. */
  failNext(method: Method, ...errors: readonly TowlineError[]): void;
  /** Whether the user may; all is allowed until it is replaced. */
  may: (action: Parameters<ClusterReads['mayI']>[0]) => boolean;
  /** Adds to a container's output, now or before anybody reads it. */
  writeLog(place: PodPlace & { readonly container: string; readonly previous?: boolean }, text: string): void;
  endLog(place: PodPlace & { readonly container: string }): void;
  /** What answers at a pod's port. */
  listen(place: PodPlace & { readonly port: number }, onConnection: (socket: Socket) => void): void;
  /** What programs do; the number is the exit code. */
  exec: (
    place: PodPlace & { readonly container: string },
    command: readonly string[],
    streams: ExecStreams,
    signal: AbortSignal,
  ) => Promise<number>;
}

export interface FakeClusters extends Clusters {
  /** By the name of its context. */
  cluster(name: string): FakeCluster;
  current: string | undefined;
}

export function clusterError(code: ErrorCode, why: string = code, retryAfter?: number): TowlineError {
  return new TowlineError(code, { why, ...(retryAfter === undefined ? {} : { retryAfter }) });
}

function lineOf({ method, resource, namespace, name }: FakeCall): string {
  const place = name === undefined ? namespace : [namespace, name].filter(Boolean).join('/');
  return [method, resource, place].filter(Boolean).join(' ');
}

/** Waits until something settles it or the signal is aborted. */
function pending<T>(
  signal: AbortSignal,
  begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const end = begin(resolve, reject);
  return promise.finally(() => {
    signal.removeEventListener('abort', onAbort);
    end();
  });
}

function podKey({ namespace, pod }: PodPlace, rest: string | number): string {
  return `${namespace}/${pod}/${rest}`;
}

function createCluster(
  name: string,
  options: FakeClustersOptions,
): FakeCluster & { readonly reads: Omit<ClusterReads, 'context'>; readonly writes: ClusterWrites } {
  const objects = createFakeObjects(options.now ?? (() => '2030-01-01T00:00:00Z'));
  const asked: string[] = [];
  const watches = new Set<FakeWatch>();
  const failures = new Map<Method, TowlineError[]>();
  const logs = new Map<string, FakeLog>();
  const ports = new Map<string, (socket: Socket) => void>();
  const owners = new Map<string, FieldOwners>();

  const begin = (
    signal: AbortSignal,
    method: Method,
    kind?: ResourceKind | string,
    namespace?: string,
    objectName?: string,
  ): void => {
    signal.throwIfAborted();
    const resource = typeof kind === 'string' ? kind : (kind?.plural ?? '');
    const call = { method, resource, namespace, name: objectName };
    asked.push(lineOf(call));
    const error = failures.get(method)?.shift() ?? cluster.refuse?.(call);
    if (error) throw error;
  };
  const ownersKey = (kind: ResourceKind, { metadata }: ClusterObject) =>
    [kind.plural, kind.group, metadata.namespace, metadata.name].join('/');
  const requireNamespace = (kind: ResourceKind, namespace: string | undefined): void => {
    if (!kind.namespaced) return;
    if (namespace === undefined)
      throw clusterError('object-missing', 'the server could not find the requested resource');
    if (!objects.find(fakeKinds.namespaces, undefined, namespace))
      throw clusterError('object-missing', `namespaces "${namespace}" not found`);
  };
  const logOf = (key: string): FakeLog => {
    const log = logs.get(key) ?? { text: '', ended: false, listeners: new Set() };
    logs.set(key, log);
    return log;
  };
  const applied = (
    object: ClusterObject,
    kind: ResourceKind,
    how: { readonly fieldManager: string; readonly force: boolean },
  ) => {
    const { namespace, name: objectName } = object.metadata;
    requireNamespace(kind, namespace);
    const before = objects.find(kind, namespace, objectName);
    return applyFields(before, owners.get(ownersKey(kind, object)) ?? new Map(), object, how);
  };

  /** Nothing is written where nothing changes. */
  const store = (kind: ResourceKind, object: ClusterObject): ClusterObject => {
    const before = objects.find(kind, object.metadata.namespace, object.metadata.name);
    return before && isDeepStrictEqual(before, object) ? before : objects.store(kind, object);
  };

  const cluster: FakeCluster = {
    context: {
      name,
      cluster: name,
      server: `https://${name}.test:6443`,
      authority: createHash('sha256').update(name).digest('hex'),
      insecure: false,
      namespace: 'default',
      user: 'token',
      file: '/home/user/.kube/config',
    },
    version: 'v1.31.2',
    kinds: Object.values(fakeKinds),
    unavailable: [],
    objects,
    asked,
    get watches() {
      return [...watches];
    },
    refuse: undefined,
    failNext(method, ...errors) {
      failures.set(method, [...(failures.get(method) ?? []), ...errors]);
    },
    may: () => true,
    writeLog({ previous, container, ...place }, text) {
      const log = logOf(podKey(place, previous ? `${container} previous` : container));
      log.text += text;
      for (const listener of [...log.listeners]) listener();
    },
    endLog({ container, ...place }) {
      const log = logOf(podKey(place, container));
      log.ended = true;
      for (const listener of [...log.listeners]) listener();
    },
    listen: (place, onConnection) => void ports.set(podKey(place, place.port), onConnection),
    exec: () => Promise.resolve(0),
  };

  const reads: Omit<ClusterReads, 'context'> = {
    async version(signal) {
      begin(signal, 'version');
      return cluster.version;
    },
    async discover(signal) {
      begin(signal, 'discover');
      return { kinds: cluster.kinds, unavailable: cluster.unavailable };
    },
    async get(kind, namespace, objectName, signal) {
      begin(signal, 'get', kind, namespace, objectName);
      return objects.find(kind, namespace, objectName);
    },
    async list(kind, query, page, signal) {
      begin(signal, 'list', kind, query.namespace);
      return objects.list(kind, query, page);
    },
    async watch(kind, query, from, onEvent, signal) {
      begin(signal, 'watch', kind, query.namespace);
      await pending<void>(signal, (resolve, reject) => {
        const watch: FakeWatch = {
          kind,
          namespace: query.namespace,
          give: onEvent,
          end: (error) => (error === undefined ? resolve() : reject(error)),
        };
        onEvent({ type: 'OPENED' });
        const limit = options.endsWatches ? setTimeout(resolve, from.timeoutSeconds * 1000) : undefined;
        watches.add(watch);
        let stop = () => {};
        try {
          stop = objects.watch(kind, query, from.resourceVersion, onEvent);
        } catch (error) {
          reject(error);
        }
        return () => {
          clearTimeout(limit);
          watches.delete(watch);
          stop();
        };
      });
    },
    async readLogs({ container, ...place }, { follow, previous, tailLines }, onText, signal) {
      begin(signal, 'readLogs', 'pods', place.namespace, place.pod);
      if (!objects.find(fakeKinds.pods, place.namespace, place.pod)) {
        throw clusterError('object-missing', `pods "${place.pod}" not found`);
      }
      const log = logOf(podKey(place, previous ? `${container} previous` : container));
      const lines = log.text.split(/(?<=\n)/);
      let told = log.text.length;
      const first = tailLines === undefined ? log.text : lines.slice(-tailLines || lines.length).join('');
      if (first !== '') onText(first);
      if (!follow || log.ended) return;
      await pending<void>(signal, (resolve) => {
        const listener = () => {
          if (log.text.length > told) onText(log.text.slice(told));
          told = log.text.length;
          if (log.ended) resolve();
        };
        log.listeners.add(listener);
        return () => log.listeners.delete(listener);
      });
    },
    async forwardPort({ localPort, choose, onFailure }, signal) {
      begin(signal, 'forwardPort');
      const ending = new AbortController();
      const sockets = new Set<Socket>();
      const server = createServer(async (socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
        try {
          const place = await choose(ending.signal);
          const onConnection = ports.get(podKey(place, place.port));
          if (!onConnection)
            throw clusterError('cluster-failed', `nothing listens on port ${place.port} of ${place.pod}`);
          onConnection(socket);
        } catch (error) {
          socket.destroy();
          if (!ending.signal.aborted) onFailure(error);
        }
      });
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      server.on('error', (error) =>
        reject(new TowlineError('port-taken', { why: error.message, cause: error })),
      );
      server.listen(localPort, '127.0.0.1', resolve);
      await promise;
      const address = server.address();
      return {
        port: typeof address === 'object' && address ? address.port : 0,
        dispose() {
          ending.abort();
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      };
    },
    async mayI(action, signal) {
      begin(signal, 'mayI', action.resource, action.namespace, action.name);
      return cluster.may(action);
    },
    async dryRunApply(object, kind, how, signal) {
      begin(signal, 'dryRunApply', kind, object.metadata.namespace, object.metadata.name);
      return applied(object, kind, how).object;
    },
    dispose() {},
  };

  const writes: ClusterWrites = {
    async apply(object, kind, how, signal) {
      begin(signal, 'apply', kind, object.metadata.namespace, object.metadata.name);
      const next = applied(object, kind, how);
      owners.set(ownersKey(kind, object), next.owners);
      return store(kind, next.object);
    },
    async create(object, kind, signal) {
      const { namespace, name: objectName } = object.metadata;
      begin(signal, 'create', kind, namespace, objectName);
      requireNamespace(kind, namespace);
      if (objects.find(kind, namespace, objectName)) {
        throw clusterError('object-conflict', `${kind.plural} "${objectName}" already exists`);
      }
      return objects.store(kind, object);
    },
    async patch(target, change, { fieldManager }, signal) {
      const { kind, namespace, name: objectName, subresource } = target;
      begin(signal, 'patch', subresource ? `${kind.plural}/${subresource}` : kind, namespace, objectName);
      const before = objects.find(kind, namespace, objectName);
      if (!before) throw clusterError('object-missing', `${kind.plural} "${objectName}" not found`);
      const { resourceVersion } = (change.metadata ?? {}) as { readonly resourceVersion?: string };
      if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion)
        throw clusterError(
          'object-conflict',
          'the object has been modified; please apply your changes to it',
        );
      const key = ownersKey(kind, before);
      const next = patchFields(before, owners.get(key) ?? new Map(), change, fieldManager);
      owners.set(key, next.owners);
      return store(kind, next.object);
    },
    async delete(kind, namespace, objectName, { uid }, signal) {
      begin(signal, 'delete', kind, namespace, objectName);
      const before = objects.find(kind, namespace, objectName);
      if (!before) return;
      if (uid !== undefined && before.metadata.uid !== uid) {
        throw clusterError('object-conflict', `the UID in the precondition (${uid}) does not match`);
      }
      objects.remove(kind, namespace, objectName);
      owners.delete(ownersKey(kind, before));
      if (kind.plural !== 'namespaces') return;
      for (const { kind: inner, object } of objects.all()) {
        if (object.metadata.namespace === objectName) objects.remove(inner, objectName, object.metadata.name);
      }
    },
    async exec(place, command, _how, streams, signal) {
      begin(signal, 'exec', 'pods', place.namespace, place.pod);
      if (!objects.find(fakeKinds.pods, place.namespace, place.pod))
        throw clusterError('object-missing', `pods "${place.pod}" not found`);
      return cluster.exec(place, command, streams, signal);
    },
  };
  return Object.assign(cluster, { reads, writes });
}

export interface FakeClustersOptions {
  /** Names; a cluster each. */
  readonly contexts?: readonly string[];
  /** RFC 3339, for creation timestamps. */
  readonly now?: () => string;
  /** Watches end at their time limit, by the real clock; else a test ends them. */
  readonly endsWatches?: boolean;
}

/** Clusters in memory, each with the namespace `default`; the first is the current context. */
export function createFakeClusters(options: FakeClustersOptions = {}): FakeClusters {
  const { contexts = ['lab'] } = options;
  const clusters = new Map(contexts.map((name) => [name, createCluster(name, options)]));
  for (const { objects } of clusters.values()) {
    objects.store(fakeKinds.namespaces, {
      apiVersion: apiVersionOf(fakeKinds.namespaces),
      kind: 'Namespace',
      metadata: { name: 'default' },
    });
  }
  const find = (name: string) => {
    const cluster = clusters.get(name);
    if (!cluster) throw clusterError('context-unknown', `there is no context "${name}"`);
    return cluster;
  };
  return {
    cluster: find,
    current: contexts[0],
    readContexts() {
      const shown = [...clusters.values()].map(({ context }) => context);
      return { contexts: shown, current: this.current, files: ['/home/user/.kube/config'], missing: [] };
    },
    connect(name) {
      const { context, reads } = find(name);
      return { ...reads, context };
    },
    openForWriting(proof) {
      const { context, writes } = find(proof.context);
      if (context.server !== proof.server || context.authority !== proof.authority) {
        throw clusterError('cluster-not-local', `${context.name} is no longer what was proven local`);
      }
      return writes;
    },
  };
}
