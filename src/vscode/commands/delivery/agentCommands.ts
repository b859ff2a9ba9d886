import { visibleText } from '../../../domain/text/visibleText.ts';
import type { AgentWish } from '../../../engine/localAgent/agentStatus.ts';
import type { NodeTarget } from '../../views/treeNode.ts';
import { openChosen } from '../chooseSession.ts';
import type { Command, CommandContext } from '../commandContext.ts';
import { pickEnvironment, pickOne } from '../pick.ts';

export const followBranch: Command = async (context, [target]) => {
  const chosen = await openChosen(context, target);
  if (!chosen) return;
  const { environments } = chosen.opened.workspace;
  if (environments.length === 0) {
    context.messages.refuse('There is no environment to follow. towline.yaml names one.');
    return;
  }
  const environment =
    environments.find(({ name }) => name === target?.environment) ?? (await pickEnvironment(environments));
  if (!environment) return;
  await context.delivery.focus();
  const agents = await context.delivery.agents();
  agents
    .follow(chosen.session.key, environment.name)
    .then((ended) => {
      if (!ended?.failure) return;
      const { what, why, next } = ended.failure;
      context.messages.warn(`The agent of ${environment.name} ended: ${what}: ${why} ${next}`);
    })
    .catch(() => undefined);
};

export const pauseAgent: Command = (context, [target]) => ask(context, target, 'pause', 'Pause which agent?');
export const resumeAgent: Command = (context, [target]) =>
  ask(context, target, 'resume', 'Resume which agent?');
export const reconcileAgent: Command = (context, [target]) =>
  ask(context, target, 'reconcile', 'Let which agent apply again?');

/** Asks the agent that is pointed at, else the user's choice among those of this window. */
async function ask(
  context: CommandContext,
  target: NodeTarget | undefined,
  wish: AgentWish,
  question: string,
): Promise<void> {
  const running = context.delivery.store.state.agents.filter(({ isOver }) => !isOver);
  if (running.length === 0) {
    context.messages.refuse('No local agent runs in this window.');
    return;
  }
  const agent =
    target?.agent === undefined
      ? await pickOne(question, running, ({ environment, context: name = '' }) => ({
          label: visibleText(environment),
          description: visibleText(name),
        }))
      : running.find(({ id }) => id === target.agent);
  if (agent) await (await context.delivery.agents()).ask(agent.id, wish, new AbortController().signal);
}

export const endAgent: Command = async (context, targets) => {
  const agents = await context.delivery.agents();
  const pointed = targets.flatMap(({ agent }) => agent ?? []);
  const { state } = context.delivery.store;
  const chosen =
    pointed.length > 0
      ? pointed
      : [
          (
            await pickOne('End which agent?', state.agents, ({ environment }) => ({
              label: visibleText(environment),
            }))
          )?.id,
        ];
  for (const id of chosen) if (id !== undefined) agents.end(id);
};
