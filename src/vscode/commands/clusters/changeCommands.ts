import { window } from 'vscode';
import { visibleText } from '../../../domain/text/visibleText.ts';
import { restartable, scalable } from '../../../engine/workloads/clusterActions.ts';
import type { OpenCluster } from '../../../engine/workloads/openCluster.ts';
import { openShellTerminal } from '../../host/createShellTerminal.ts';
import type { NodeTarget } from '../../views/treeNode.ts';
import type { Command, CommandContext } from '../commandContext.ts';
import { pickOne } from '../pick.ts';
import { chooseObject, choosePod, type ObjectTarget, podsOf, rowOf } from './chooseObject.ts';

/** Most pods that can be asked for here: a slip of the finger must not start a thousand. */
const mostReplicas = 100;

interface Changeable {
  readonly target: ObjectTarget;
  readonly cluster: OpenCluster;
}

/** What may be changed: of a cluster that is proven local now; elsewhere the user is told why not. */
async function chooseChangeable(
  context: CommandContext,
  pointed: NodeTarget | undefined,
  question: string,
  fits: (kind: string) => boolean,
): Promise<Changeable | undefined> {
  const target = await chooseObject(context, pointed, question, fits);
  if (!target) return undefined;
  const cluster = await context.clusters.connect(target.context);
  const locality = await cluster.actions.judge(new AbortController().signal);
  if (locality.local) return { target, cluster };
  context.messages.refuse(`${target.context} can only be read here. ${locality.why} ${locality.next}`);
  return undefined;
}

export const restartWorkload: Command = async (context, [pointed]) => {
  const chosen = await chooseChangeable(context, pointed, 'Restart which workload?', (kind) =>
    restartable.has(kind),
  );
  if (!chosen) return;
  const { target, cluster } = chosen;
  await cluster.actions.restart(target.object, new AbortController().signal);
  tell(`Restarting ${target.object.name}`);
};

export const scaleWorkload: Command = async (context, [pointed]) => {
  const chosen = await chooseChangeable(context, pointed, 'Scale which workload?', (kind) =>
    scalable.has(kind),
  );
  if (!chosen) return;
  const { target, cluster } = chosen;
  const { name, namespace } = target.object;
  const workload = rowOf(context, target)?.workload;
  const now = workload && 'desired' in workload ? String(workload.desired) : '';
  const text = await window.showInputBox({
    title: visibleText(`Scale ${name} in ${namespace} on ${target.context}`),
    prompt: 'How many pods?',
    value: now,
    validateInput: (value) =>
      /^\d{1,3}$/.test(value) && Number(value) <= mostReplicas
        ? undefined
        : `A number from 0 to ${mostReplicas}`,
  });
  if (text === undefined || text === now) return;
  await cluster.actions.scale(target.object, Number(text), new AbortController().signal);
  tell(`Scaling ${name} to ${text}`);
};

export const deleteObject: Command = async (context, [pointed]) => {
  const chosen = await chooseChangeable(context, pointed, 'Delete which workload?', () => true);
  if (!chosen) return;
  const { target, cluster } = chosen;
  const { kind, name, namespace } = target.object;
  const answer = await window.showWarningMessage(
    visibleText(`Delete ${kind} ${name}?`),
    {
      modal: true,
      detail: visibleText(
        [
          `From namespace ${namespace} of the cluster ${target.context} (${cluster.context.server}).`,
          kind === 'Pod'
            ? 'Whatever made the pod will most likely make another.'
            : 'What it owns goes with it. What Git describes, the agent may bring back.',
        ].join('\n'),
      ),
    },
    'Delete',
  );
  if (answer !== 'Delete') return;
  await cluster.actions.delete(target.object, new AbortController().signal);
  tell(`Deleting ${name}`);
};

export const openShell: Command = async (context, [pointed]) => {
  const chosen = await chooseChangeable(
    context,
    pointed,
    'Open a shell in a container of which workload?',
    (kind) => kind !== 'CronJob',
  );
  if (!chosen) return;
  const { target, cluster } = chosen;
  const running = podsOf(context, target)
    .map((pod) => ({ pod, containers: pod.containers.filter(({ state }) => state.kind === 'running') }))
    .filter(({ containers }) => containers.length > 0);
  const pod = await choosePod(
    context,
    running.map((each) => each.pod),
    'In which pod?',
  );
  const containers = running.find((each) => each.pod === pod)?.containers ?? [];
  const container =
    target.container ??
    (await pickOne('In which container?', containers, ({ name }) => ({ label: name })))?.name;
  if (running.length === 0) context.messages.refuse(`No container of ${target.object.name} runs now.`);
  if (!pod || container === undefined) return;
  const { namespace, name } = pod;
  openShellTerminal(cluster.actions, { namespace, pod: name, container }, target.context);
};

function tell(words: string): void {
  window.setStatusBarMessage(visibleText(words), 5_000);
}
