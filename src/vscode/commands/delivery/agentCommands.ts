import { visibleText } from '../../../domain/text/visibleText.ts';
import type { AgentWish } from '../../../engine/localAgent/agentStatus.ts';
import { failureText } from '../../host/failureText.ts';
import type { AgentState } from '../../state/delivery/agentState.ts';
import type { NodeTarget } from '../../views/treeNode.ts';
import type { Command, CommandContext } from '../commandContext.ts';
import { pickOne } from '../pick.ts';
import { choosePlace } from './choosePlace.ts';

export const followBranch: Command = async (context, [target]) => {
  const chosen = await choosePlace(context, target, 'follow');
  if (!chosen) return;
  const { session, environment } = chosen;
  await context.delivery.focus();
  const agents = await context.delivery.agents();
  agents
    .follow(session.key, environment.name)
    .then((ended) => {
      if (!ended?.failure) return;
      context.messages.warn(`The agent of ${environment.name} ended: ${failureText(ended.failure)}`);
    })
    .catch(() => undefined);
};

export const pauseAgent: Command = (context, [target]) => ask(context, target, 'pause', 'Pause which agent?');
export const resumeAgent: Command = (context, [target]) =>
  ask(context, target, 'resume', 'Resume which agent?');
export const reconcileAgent: Command = (context, [target]) =>
  ask(context, target, 'reconcile', 'Let which agent apply again?');

async function ask(
  context: CommandContext,
  target: NodeTarget | undefined,
  wish: AgentWish,
  question: string,
): Promise<void> {
  const agent = await chooseAgent(context, target, question);
  if (agent) await (await context.delivery.agents()).ask(agent.id, wish, new AbortController().signal);
}

/** The running agent that is pointed at, else the user's choice among those of this window. */
async function chooseAgent(
  { delivery, messages }: CommandContext,
  target: NodeTarget | undefined,
  question: string,
): Promise<AgentState | undefined> {
  const running = delivery.store.state.agents.filter(({ isOver }) => !isOver);
  if (target?.agent !== undefined) return running.find(({ id }) => id === target.agent);
  if (running.length === 0) messages.refuse('No local agent runs in this window.');
  return pickOne(question, running, ({ environment, context = '' }) => ({
    label: visibleText(environment),
    description: visibleText(context),
  }));
}

export const endAgent: Command = async (context, [target]) => {
  const agent = await chooseAgent(context, target, 'End which agent?');
  if (agent) (await context.delivery.agents()).end(agent.id);
};

export const forgetAgent: Command = async ({ delivery }, targets) => {
  const agents = await delivery.agents();
  for (const { agent } of targets) if (agent !== undefined) agents.forget(agent);
};
