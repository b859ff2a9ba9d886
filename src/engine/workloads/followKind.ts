import { present } from '../../base/present.ts';
import type { FeedState } from '../feeds/feedState.ts';
import { type Feed, followObjects } from '../feeds/followObjects.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import type { FollowedPart, HiddenPart } from './followedPart.ts';
import type { FeedPlan } from './workloadFeeds.ts';

/** One kind, in all namespaces or, where that is refused, in each that the user may look into. */
export interface FollowedKind {
  readonly plan: FeedPlan;
  /** Those that count: not all namespaces at once where each is followed by itself. */
  readonly parts: readonly FollowedPart[];
  readonly hidden: readonly HiddenPart[];
  /** Every part has been read, or refused, at least once. */
  readonly isAnswered: boolean;
  refresh(): void;
  /** Settles, after the signal was aborted, when nothing is under way any more. */
  settle(): Promise<unknown>;
}

export interface FollowKindOptions {
  /** The only one to look into. */
  readonly namespace: string | undefined;
  /** Those to look into where all at once is refused. */
  findNamespaces(signal: AbortSignal): Promise<readonly string[]>;
  onChange(): void;
  onState(): void;
}

interface Place {
  readonly namespace: string | undefined;
  readonly feed: Feed<object>;
  answered: boolean;
}

export function followKind(
  connection: { readonly reads: ClusterReads; readonly clock: Clock },
  plan: FeedPlan,
  options: FollowKindOptions,
  signal: AbortSignal,
): FollowedKind {
  const isNamespaced = typeof plan.resource === 'function' || plan.resource.namespaced;
  const single = new Map<string, Place>();
  let closing = new AbortController();
  let seeking: { readonly since: number; readonly done: Promise<void> } | undefined;
  const everywhere = open(isNamespaced ? options.namespace : undefined, signal, onMainState);

  function open(namespace: string | undefined, ending: AbortSignal, onState: (place: Place) => void): Place {
    const query = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(plan.fields === undefined ? {} : { fields: plan.fields }),
    };
    const feed = followObjects(
      connection,
      {
        kind: plan.resource,
        query,
        project: plan.project,
        // What may not be seen any more must not look as if it were there.
        hidesForbidden: true,
        onChange(changes) {
          plan.take(changes);
          options.onChange();
        },
        onState({ kind }) {
          if (kind === 'live' || kind === 'denied') place.answered = true;
          onState(place);
          options.onState();
        },
      },
      ending,
    );
    const place: Place = { namespace, feed, answered: false };
    return place;
  }

  function onMainState(main: Place): void {
    if (main.namespace !== undefined || !isNamespaced) return;
    if (isForbidden(main.feed.state)) seek();
    else if (main.feed.state.kind === 'live' && single.size > 0) closeSingle();
  }

  function seek(): void {
    if (seeking || signal.aborted) return;
    const done = options
      .findNamespaces(signal)
      .then((namespaces) => {
        for (const namespace of namespaces)
          if (!single.has(namespace) && isForbidden(everywhere.feed.state))
            single.set(
              namespace,
              open(namespace, AbortSignal.any([signal, closing.signal]), () => undefined),
            );
      })
      // Only the signal can make it fail.
      .catch(() => undefined)
      .finally(() => {
        seeking = undefined;
        options.onState();
      });
    seeking = { since: connection.clock.now(), done };
  }

  /** Everything is followed at once now: what only the single ones still hold is gone. */
  function closeSingle(): void {
    closing.abort();
    closing = new AbortController();
    for (const { feed } of single.values()) {
      const gone = [...feed.objects].filter(([uid]) => !everywhere.feed.objects.has(uid));
      plan.take(gone.map(([, before]) => ({ before })));
    }
    single.clear();
  }

  function shown(): readonly Place[] {
    return single.size > 0 && everywhere.feed.state.kind !== 'live' ? [...single.values()] : [everywhere];
  }

  function partOf(state: FeedState, namespace?: string): FollowedPart {
    return { kind: plan.kind, state, ...present({ namespace }) };
  }

  return {
    plan,
    get parts() {
      if (seeking && single.size === 0) return [partOf({ kind: 'loading', since: seeking.since })];
      return shown().map(({ namespace, feed }) => partOf(feed.state, namespace));
    },
    get hidden() {
      return [everywhere, ...single.values()].flatMap(({ namespace, feed: { state } }) => {
        if (!isHidden(state)) return [];
        const { failure } = state;
        return [{ kind: plan.kind, failure, ...present({ namespace }) }];
      });
    },
    get isAnswered() {
      return !seeking && shown().every(({ answered }) => answered);
    },
    refresh() {
      for (const { feed } of [everywhere, ...single.values()]) feed.refresh();
    },
    settle: () =>
      Promise.allSettled([
        everywhere.feed.ended,
        seeking?.done,
        ...[...single.values()].map(({ feed }) => feed.ended),
      ]),
  };
}

type Denied = Extract<FeedState, { readonly kind: 'denied' }>;

function isForbidden(state: FeedState): state is Denied {
  return state.kind === 'denied' && state.failure.code === 'cluster-forbidden';
}

/** Refused for good, or not served: others go on without it. Who has to sign in again sees nothing at all. */
export function isHidden(state: FeedState): state is Denied {
  return state.kind === 'denied' && ['cluster-forbidden', 'object-missing'].includes(state.failure.code);
}
