import { createShared, type Shared } from '../../base/shared.ts';
import type { ClusterReads, Discovery } from '../../engine/ports/clusters.ts';
import type { Session } from './openSession.ts';
import type { Target } from './target.ts';

/** A connection to a context. Nothing is loaded or sent before the first question. */
export function createReads(target: Target): ClusterReads {
  let session: Session | undefined;
  /** By the groups that were asked about; '*' for all. */
  const discoveries = new Map<string, Shared<Discovery>>();

  async function open(): Promise<Session> {
    const { openSession } = await import('./openSession.ts');
    session ??= openSession(target);
    return session;
  }

  return {
    context: target.context,
    async version(signal) {
      const { readVersion } = await import('./readObjects.ts');
      return readVersion(await open(), signal);
    },
    async discover(signal, options) {
      const { discover } = await import('./discover.ts');
      const opened = await open();
      if (options?.fresh) discoveries.clear();
      const groups = discoveries.has('*') ? undefined : options?.groups;
      const key = groups === undefined ? '*' : JSON.stringify([...groups].sort());
      const discovery = discoveries.get(key) ?? createShared((first) => discover(opened, first, groups));
      discoveries.set(key, discovery);
      return discovery.get(signal);
    },
    async get(kind, namespace, name, signal) {
      const { getObject } = await import('./readObjects.ts');
      const { objectPath } = await import('./addresses.ts');
      return getObject(await open(), objectPath(kind, namespace, name), signal);
    },
    async list(kind, query, page, signal) {
      const { listObjects } = await import('./readObjects.ts');
      return listObjects(await open(), kind, query, page, signal);
    },
    async watch(kind, query, from, onEvent, signal) {
      const { watchObjects } = await import('./watchObjects.ts');
      await watchObjects(await open(), kind, query, from, onEvent, signal);
    },
    async readLogs(place, options, onText, signal) {
      const { readLogs } = await import('./readLogs.ts');
      await readLogs(await open(), place, options, onText, signal);
    },
    async forwardPort(forward, signal) {
      const { forwardPort } = await import('./forwardPort.ts');
      const { connectToPorts } = await import('./connectToPorts.ts');
      const opened = await open();
      return forwardPort(opened, (place, asked) => connectToPorts(opened, place, asked), forward, signal);
    },
    async mayI(action, signal) {
      const { mayI } = await import('./askWithoutEffect.ts');
      return mayI(await open(), action, signal);
    },
    async dryRunApply(object, kind, options, signal) {
      const { dryRunApply } = await import('./askWithoutEffect.ts');
      return dryRunApply(await open(), object, kind, options, signal);
    },
    dispose() {
      session?.close();
      session = undefined;
      discoveries.clear();
    },
  };
}
