import { env, Uri, window } from 'vscode';
import { TowlineError } from '../../../domain/errors/towlineError.ts';
import { visibleText } from '../../../domain/text/visibleText.ts';
import type { OpenForward } from '../../state/clusters/clustersState.ts';
import type { NodeTarget } from '../../views/treeNode.ts';
import type { Command, CommandContext } from '../commandContext.ts';
import { pickOne } from '../pick.ts';
import { withCancel } from '../withCancel.ts';
import { chooseObject, sourceOf } from './chooseObject.ts';

/** Below it most systems let only an administrator listen. */
const firstFreePort = 1024;

export const forwardPort: Command = async (context, [target]) => {
  const chosen = await chooseObject(
    context,
    target,
    'Forward a port of which workload?',
    (kind) => kind !== 'CronJob',
  );
  if (!chosen) return;
  const source = sourceOf(chosen);
  const cluster = await context.clusters.connect(chosen.context);
  const forward = await withCancel(`Forwarding to ${source.name}`, async (signal) => {
    const port = await choosePort(await cluster.listPorts(source, signal));
    if (port === undefined) return undefined;
    const forwards = await context.clusters.forwards();
    const open = (localPort: number): Promise<OpenForward> =>
      forwards.open(cluster, source, { port, localPort }, signal);
    if (port < firstFreePort) return open(0);
    // The same number is easiest to remember; any other does where it is taken.
    return open(port).catch((error: unknown) => {
      if (TowlineError.is(error, 'port-taken')) return open(0);
      throw error;
    });
  });
  if (!forward) return;
  context.messages.tell(
    `localhost:${forward.localPort} leads to port ${forward.remotePort} of ${forward.name}.`,
    [{ title: 'Open in Browser', run: () => openInBrowser(forward) }],
  );
};

async function choosePort(
  offers: readonly { readonly port: number; readonly name?: string; readonly container?: string }[],
): Promise<number | undefined> {
  if (offers.length > 0)
    return (
      await pickOne('Which port?', offers, ({ port, name, container }) => ({
        label: String(port),
        description: visibleText([name, container].filter(Boolean).join(' · ')),
      }))
    )?.port;
  const text = await window.showInputBox({
    prompt: 'Its pods name no port. Which one is it?',
    placeHolder: '8080',
    validateInput: (value) => (isPort(value) ? undefined : 'A number from 1 to 65535'),
  });
  return text === undefined ? undefined : Number(text);
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

async function chooseForward(
  { clusters, messages }: CommandContext,
  target: NodeTarget | undefined,
  question: string,
): Promise<OpenForward | undefined> {
  const { forwards } = clusters.store.state;
  const pointed = target?.cluster?.forward;
  if (pointed !== undefined) return forwards.find(({ id }) => id === pointed);
  if (forwards.length === 0) messages.refuse('No port is forwarded.');
  return pickOne(question, forwards, ({ localPort, name, remotePort, context }) => ({
    label: `localhost:${localPort}`,
    description: visibleText(`${name}:${remotePort} · ${context}`),
  }));
}

async function openInBrowser({ localPort }: OpenForward): Promise<void> {
  await env.openExternal(Uri.parse(addressOf(localPort), true));
}

function addressOf(localPort: number): string {
  return `http://localhost:${localPort}`;
}

export const openForward: Command = async (context, [target]) => {
  const forward = await chooseForward(context, target, 'Open which port?');
  if (forward) await openInBrowser(forward);
};

export const copyForwardAddress: Command = async (context, [target]) => {
  const forward = await chooseForward(context, target, 'Copy which address?');
  if (!forward) return;
  await env.clipboard.writeText(addressOf(forward.localPort));
  window.setStatusBarMessage(`Copied ${addressOf(forward.localPort)}`, 3_000);
};

export const stopForward: Command = async (context, [target]) => {
  const forward = await chooseForward(context, target, 'Stop which forward?');
  if (forward) (await context.clusters.forwards()).stop(forward.id);
};
