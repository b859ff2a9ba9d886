import { type Deferred, deferred } from '../../src/base/deferred.ts';
import { untilAborted } from '../../src/base/untilAborted.ts';
import type { ErrorCode } from '../../src/domain/errors/errorCatalogue.ts';
import { TowlineError } from '../../src/domain/errors/towlineError.ts';
import type { ClusterObject } from '../../src/domain/kubernetes/clusterObject.ts';
import type { ResourceKind } from '../../src/domain/kubernetes/resourceKind.ts';
import type { ClusterReads, ObjectPage, ObjectQuery, WatchEvent } from '../../src/engine/ports/clusters.ts';

export interface ListRequest {
  readonly kind: ResourceKind;
  readonly query: ObjectQuery;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
}

/** A watch that was asked for; the test says what comes of it. */
export interface ScriptedWatch {
  readonly kind: ResourceKind;
  readonly query: ObjectQuery;
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  send(...events: readonly WatchEvent[]): void;
  /** Ends it in good order. */
  end(): void;
  fail(error: Error): void;
}

/** Lists and watches of which the test decides each answer; everything that was asked for is kept. */
export interface ScriptedReads {
  readonly reads: Pick<ClusterReads, 'list' | 'watch'>;
  /** What was asked for, in order: `list`, `list after <mark>`, `watch from <version>`. */
  readonly asked: readonly string[];
  readonly lists: readonly ListRequest[];
  readonly watches: readonly ScriptedWatch[];
  /** The newest watch. */
  readonly watch: ScriptedWatch;
  /** Answers lists from now on. */
  onList: (request: ListRequest) => ObjectPage | Promise<ObjectPage>;
  /** Called with each new watch; accepts it unless said otherwise. */
  onWatch: (watch: ScriptedWatch) => void;
}

export function createScriptedReads(): ScriptedReads {
  const asked: string[] = [];
  const lists: ListRequest[] = [];
  const watches: ScriptedWatch[] = [];
  const script: ScriptedReads = {
    asked,
    lists,
    watches,
    get watch() {
      const newest = watches.at(-1);
      if (!newest) throw new Error('Nothing was watched.');
      return newest;
    },
    onList: () => pageOf([]),
    onWatch: (watch) => watch.send({ type: 'OPENED' }),
    reads: {
      async list(kind, query, page, signal) {
        signal.throwIfAborted();
        asked.push(page.continue === undefined ? 'list' : `list after ${page.continue}`);
        const request = { kind, query, ...page };
        lists.push(request);
        return await untilAborted(Promise.resolve(script.onList(request)), signal);
      },
      async watch(kind, query, from, onEvent, signal) {
        signal.throwIfAborted();
        asked.push(`watch from ${from.resourceVersion}`);
        const ended: Deferred<void> = deferred();
        const onAbort = (): void => ended.reject(signal.reason);
        signal.addEventListener('abort', onAbort, { once: true });
        const watch: ScriptedWatch = {
          kind,
          query,
          ...from,
          signal,
          send: (...events) => events.forEach(onEvent),
          end: () => ended.resolve(),
          fail: (error) => ended.reject(error),
        };
        watches.push(watch);
        try {
          script.onWatch(watch);
          await ended.promise;
        } finally {
          signal.removeEventListener('abort', onAbort);
        }
      },
    },
  };
  return script;
}

export function pageOf(
  items: readonly ClusterObject[],
  { resourceVersion = '100', next }: { readonly resourceVersion?: string; readonly next?: string } = {},
): ObjectPage {
  return { items, resourceVersion, ...(next === undefined ? {} : { continue: next }) };
}

export function failing(code: ErrorCode, retryAfter?: number): TowlineError {
  return new TowlineError(code, {
    why: 'The test said so.',
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}
