import type { ClusterReads } from '../../src/engine/ports/clusters.ts';

/** What is under way at a cluster, as its user sees it. */
export interface Calls {
  /** Lists that are not through, and watches that are not answered. */
  opening: number;
  /** Watches that were answered and go on. */
  open: number;
}

/** The same reads, with their lists and watches counted. */
export function trackCalls(reads: ClusterReads): { readonly reads: ClusterReads; readonly calls: Calls } {
  const calls: Calls = { opening: 0, open: 0 };
  return {
    calls,
    reads: {
      ...reads,
      async list(...question) {
        calls.opening += 1;
        try {
          return await reads.list(...question);
        } finally {
          calls.opening -= 1;
        }
      },
      async watch(kind, query, from, onEvent, signal) {
        let answered = false;
        calls.opening += 1;
        try {
          await reads.watch(
            kind,
            query,
            from,
            (event) => {
              if (!answered) {
                calls.opening -= 1;
                calls.open += 1;
              }
              answered = true;
              onEvent(event);
            },
            signal,
          );
        } finally {
          if (answered) calls.open -= 1;
          else calls.opening -= 1;
        }
      },
    },
  };
}
