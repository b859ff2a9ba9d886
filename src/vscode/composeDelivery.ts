import { commands } from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import { TowlineError } from '../domain/errors/towlineError.ts';
import type { Engine } from '../engine/createEngine.ts';
import type { OpenWorkspace } from '../engine/workspace/openWorkspace.ts';
import { ids } from './ids.ts';
import type { Sessions } from './state/createSessions.ts';
import type { Agents } from './state/delivery/createAgents.ts';
import type { Rehearsals } from './state/delivery/createRehearsals.ts';
import { createTrails, type Trails } from './state/delivery/createTrails.ts';
import { type DeliveryStore, nothingDelivered } from './state/delivery/deliveryState.ts';
import { createStateStore } from './state/stateStore.ts';
import { createTreeView, type ShownTree } from './views/createTreeView.ts';
import type { deliveryTree } from './views/delivery/deliveryTree.ts';

/** What is followed on its way to a cluster, as commands use it. */
export interface DeliveryParts {
  readonly store: DeliveryStore;
  readonly trails: Trails;
  rehearsals(): Promise<Rehearsals>;
  agents(): Promise<Agents>;
  /** Shows the Delivery view. */
  focus(): Promise<void>;
}

export interface Delivery extends DeliveryParts, Disposable {
  readonly shown: ShownTree;
  /** Looks for what earlier windows left behind; asks no cluster. */
  findLeft(): Promise<void>;
  /** Ends what goes on, and waits until it is removed. */
  stop(): Promise<void>;
}

/** Milliseconds between two drawings of ages. */
const ageTick = 60_000;
/** Milliseconds until a rollout of a local agent that is not healthy counts as timed out. */
const rolloutLimit = 600_000;

/** Asks nobody until a command does. */
export function composeDelivery(
  sessions: Sessions,
  engine: () => Promise<Engine>,
  now: () => number,
): Delivery {
  const store: DeliveryStore = createStateStore(nothingDelivered);
  let drawTree: typeof deliveryTree | undefined;
  const shown = createTreeView(ids.views.delivery, () => drawTree?.(store.state, now()) ?? []);
  const open = async (repository: string): Promise<OpenWorkspace> => {
    const session = sessions.get(repository);
    if (!session)
      throw new TowlineError('not-a-repository', {
        why: `${repository} is not open in this window any more.`,
      });
    return session.open();
  };
  const trails = createTrails(
    store,
    async (repository, request, signal) => (await engine()).whereIs(await open(repository), request, signal),
    now,
  );
  let loading: Promise<Rehearsals> | undefined;
  const rehearsals = (): Promise<Rehearsals> => {
    loading ??= import('./state/delivery/createRehearsals.ts').then(({ createRehearsals }) =>
      createRehearsals(
        store,
        {
          rehearse: async (repository, request, options, signal) =>
            (await engine()).rehearse(await open(repository), request, options, signal),
          list: async (repository) => {
            const place = sessions.get(repository)?.place;
            return place ? (await engine()).listRehearsals(place) : [];
          },
          clean: async (repository, rehearsal, signal) =>
            (await engine()).cleanRehearsal(await open(repository), rehearsal, signal),
        },
        now,
      ),
    );
    return loading;
  };
  let loadingAgents: Promise<Agents> | undefined;
  const agents = (): Promise<Agents> => {
    loadingAgents ??= import('./state/delivery/createAgents.ts').then(({ createAgents }) =>
      createAgents(store, {
        follow: async (repository, environment, onEvent, signal) =>
          (await engine()).followBranch(
            await open(repository),
            { environment, once: false, rolloutLimit, onEvent },
            signal,
          ),
        ask: async (repository, environment, wish, signal) =>
          (await engine()).askAgent(await open(repository), { environment }, wish, signal),
      }),
    );
    return loadingAgents;
  };
  const listening = store.onChange(() => {
    import('./views/delivery/deliveryTree.ts').then(
      ({ deliveryTree }) => {
        drawTree = deliveryTree;
        shown.refresh();
      },
      () => undefined,
    );
  });
  const ageing = setInterval(() => {
    if (shown.view.visible && drawTree) shown.refresh();
  }, ageTick);

  return {
    store,
    trails,
    rehearsals,
    agents,
    shown,
    findLeft: async () => (await rehearsals()).findLeft(sessions.all().map(({ key }) => key)),
    async stop() {
      await Promise.all([(await loading)?.stop(), (await loadingAgents)?.stop()]);
    },
    focus: async () => {
      await commands.executeCommand(`${ids.views.delivery}.focus`);
    },
    dispose() {
      clearInterval(ageing);
      for (const each of [listening, shown]) each.dispose();
    },
  };
}
