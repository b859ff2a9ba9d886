import { failureOf } from '../../../domain/errors/towlineError.ts';
import type { AgentEvent } from '../../../domain/localAgent/agentEvent.ts';
import type { AgentWish } from '../../../engine/localAgent/agentStatus.ts';
import { type AgentState, reduceAgent } from './agentState.ts';
import type { DeliveryStore } from './deliveryState.ts';

/** What the local agents ask of the engine, for a repository. */
export interface AgentEngine {
  /** Resolves or rejects when the agent has ended. */
  follow(
    repository: string,
    environment: string,
    onEvent: (event: AgentEvent) => void,
    signal: AbortSignal,
  ): Promise<unknown>;
  ask(repository: string, environment: string, wish: AgentWish, signal: AbortSignal): Promise<void>;
}

/** The local agents that this window runs; they end with it. */
export interface Agents {
  /** Follows an environment's branch; nothing happens where this window does already. Resolves when it has ended. */
  follow(repository: string, environment: string): Promise<AgentState | undefined>;
  ask(id: string, wish: AgentWish, signal: AbortSignal): Promise<void>;
  /** What it put on the cluster stays. */
  end(id: string): void;
  /** Takes one that has ended out of the view. */
  forget(id: string): void;
  stop(): Promise<void>;
}

export function createAgents(store: DeliveryStore, engine: AgentEngine): Agents {
  const going = new Map<string, { readonly ending: AbortController; readonly ended: Promise<unknown> }>();

  function setAgents(change: (agents: readonly AgentState[]) => readonly AgentState[]): void {
    store.update((state) => ({ ...state, agents: change(state.agents) }), undefined);
  }

  function change(id: string, next: (agent: AgentState) => AgentState): void {
    setAgents((agents) => agents.map((agent) => (agent.id === id ? next(agent) : agent)));
  }

  const find = (id: string): AgentState | undefined => store.state.agents.find((agent) => agent.id === id);

  return {
    async follow(repository, environment) {
      const id = JSON.stringify([repository, environment]);
      if (going.has(id)) return undefined;
      const ending = new AbortController();
      const first: AgentState = {
        id,
        repository,
        environment,
        isPaused: false,
        isOver: false,
        events: [],
        told: 0,
      };
      setAgents((agents) => [first, ...agents.filter((agent) => agent.id !== id)]);
      const onEvent = (event: AgentEvent): void => change(id, (agent) => reduceAgent(agent, event));
      const ended = engine
        .follow(repository, environment, onEvent, ending.signal)
        .then(
          () => undefined,
          (error: unknown) => {
            if (!ending.signal.aborted) change(id, (agent) => ({ ...agent, failure: failureOf(error) }));
          },
        )
        .finally(() => {
          going.delete(id);
          change(id, (agent) => ({ ...agent, isOver: true }));
        });
      going.set(id, { ending, ended });
      await ended;
      return find(id);
    },
    async ask(id, wish, signal) {
      const agent = find(id);
      if (agent) await engine.ask(agent.repository, agent.environment, wish, signal);
    },
    end(id) {
      going.get(id)?.ending.abort(new DOMException('The agent was ended', 'AbortError'));
    },
    forget: (id) => setAgents((agents) => agents.filter((agent) => agent.id !== id || !agent.isOver)),
    async stop() {
      for (const { ending } of going.values())
        ending.abort(new DOMException('The window closes', 'AbortError'));
      await Promise.allSettled([...going.values()].map(({ ended }) => ended));
    },
  };
}
