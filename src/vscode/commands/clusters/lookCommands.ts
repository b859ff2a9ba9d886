import { env, window } from 'vscode';
import { parseDuration } from '../../../domain/config/parseDuration.ts';
import type { Verdict } from '../../../domain/verdict/verdict.ts';
import type { LogOptions } from '../../../engine/workloads/followLogs.ts';
import { openedCluster } from '../../state/clusters/clustersState.ts';
import type { NodeTarget } from '../../views/treeNode.ts';
import type { Command, CommandContext } from '../commandContext.ts';
import { chooseObject, choosePod, type ObjectTarget, podsOf, sourceOf } from './chooseObject.ts';

/** Lines of each container that are shown at first. */
const linesAtFirst = 1_000;

async function openLogs(
  { clusters }: CommandContext,
  target: ObjectTarget,
  options: Omit<LogOptions, 'container'>,
): Promise<void> {
  const container = target.container === undefined ? {} : { container: target.container };
  await clusters.logs.open({
    context: target.context,
    source: sourceOf(target),
    options: { ...options, ...container },
  });
}

function chooseForLogs(
  context: CommandContext,
  target: NodeTarget | undefined,
): Promise<ObjectTarget | undefined> {
  return chooseObject(context, target, 'Show the logs of which workload?', (kind) => kind !== 'CronJob');
}

export const followLogs: Command = async (context, [target]) => {
  const chosen = await chooseForLogs(context, target);
  if (chosen) await openLogs(context, chosen, { follow: true, tailLines: linesAtFirst });
};

export const showPreviousLogs: Command = async (context, [target]) => {
  const chosen = await chooseForLogs(context, target);
  if (!chosen) return;
  const pod = await choosePod(context, podsOf(context, chosen), 'Of which pod?');
  if (!pod) return;
  const { namespace, name, uid } = pod;
  const object = { kind: 'Pod', namespace, name, uid };
  await openLogs(context, { ...chosen, object }, { follow: false, previous: true });
};

export const showLogsSince: Command = async (context, [target]) => {
  const chosen = await chooseForLogs(context, target);
  if (!chosen) return;
  const text = await window.showInputBox({
    prompt: 'Show what was written since how long ago, and what follows',
    value: '10m',
    placeHolder: '30s, 10m, 2h',
    validateInput: (value) => (parseDuration(value) === undefined ? 'For example 30s, 10m or 2h' : undefined),
  });
  const seconds = text === undefined ? undefined : parseDuration(text);
  if (seconds !== undefined)
    await openLogs(context, chosen, { follow: true, since: context.clusters.now() - seconds * 1_000 });
};

/** Shows what a cluster answers about an object; the last part of the path names the file. */
async function showAnswer(
  context: CommandContext,
  target: NodeTarget | undefined,
  question: string,
  ending: string,
  read: (target: ObjectTarget, signal: AbortSignal) => Promise<string>,
): Promise<void> {
  const chosen = await chooseObject(context, target, question);
  if (!chosen) return;
  const { object } = chosen;
  const path = [chosen.context, object.namespace, `${object.kind} ${object.name}${ending}`];
  await context.clusters.objects.show(path, () => read(chosen, new AbortController().signal));
}

export const describeObject: Command = (context, [target]) =>
  showAnswer(context, target, 'Show which workload?', '.yaml', async ({ context: name, object }, signal) =>
    (await context.clusters.connect(name)).describe(object, signal),
  );

export const showEvents: Command = (context, [target]) =>
  showAnswer(
    context,
    target,
    'Show the events of which workload?',
    ' events.txt',
    async ({ context: name, object }, signal) => {
      const events = await (await context.clusters.connect(name)).listEvents(object, signal);
      if (events.length === 0)
        return `No events about ${object.kind} ${object.name}. A cluster forgets them after about an hour.\n`;
      return events
        .map(({ last, type, reason, count, message, about }) => {
          const times = count > 1 ? ` (${count} times)` : '';
          return `${new Date(last).toISOString()}  ${type}  ${reason}${times}  ${about.kind} ${about.name}\n    ${message.trim()}\n`;
        })
        .join('');
    },
  );

export const showVerdict: Command = (context, [target]) =>
  showAnswer(context, target, 'Explain which workload?', ' verdict.txt', async (chosen, signal) => {
    const { context: name, object } = chosen;
    const index = openedCluster(context.clusters.store.state, name)?.rows.index;
    const verdict =
      index && (await (await context.clusters.connect(name)).explain(index, object.uid ?? '', {}, signal));
    return verdict ? describeVerdict(verdict) : `${object.kind} ${object.name} is not there any more.\n`;
  });

function describeVerdict({ state, sentence, action, pod, container, lastLines = [] }: Verdict): string {
  return [
    ...wrapWords(`${sentence}.`),
    ...(action === undefined ? [] : ['', ...wrapWords(`→ ${action}`)]),
    '',
    `state: ${state}`,
    ...(pod === undefined ? [] : [`pod: ${pod}`]),
    ...(container === undefined ? [] : [`container: ${container}`]),
    ...(lastLines.length === 0
      ? []
      : ['', 'Last lines it wrote:', ...lastLines.map((line) => `    ${line}`)]),
    '',
  ].join('\n');
}

/** Characters of a line that can be read without scrolling. */
const lineLength = 80;

function wrapWords(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > lineLength) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

export const copyObjectName: Command = async (_context, [target]) => {
  const cluster = target?.cluster;
  const name = cluster?.container ?? cluster?.object?.name ?? cluster?.namespace ?? cluster?.context;
  if (name !== undefined) await copy(name);
};

export const copyImage: Command = async (_context, [target]) => {
  if (target?.cluster?.image !== undefined) await copy(target.cluster.image);
};

async function copy(text: string): Promise<void> {
  await env.clipboard.writeText(text);
  window.setStatusBarMessage('Copied', 3_000);
}
