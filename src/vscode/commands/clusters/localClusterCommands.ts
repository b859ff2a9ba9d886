import { window } from 'vscode';
import { visibleText } from '../../../domain/text/visibleText.ts';
import type { LocalCluster } from '../../../engine/localCluster/localCluster.ts';
import type { Link } from '../../../engine/localCluster/registryLinks.ts';
import type { Command, CommandContext } from '../commandContext.ts';
import { pickOne } from '../pick.ts';
import { withCancel } from '../withCancel.ts';

/** Name that kind itself takes when none is given. */
const usualName = 'kind';

/** Work on a local cluster with what it is doing shown, which the user may cancel. */
function withProgress<T>(
  { engine }: CommandContext,
  title: string,
  work: (cluster: LocalCluster, onProgress: (line: string) => void, signal: AbortSignal) => Promise<T>,
): Thenable<T> {
  return withCancel(title, async (signal, onProgress) =>
    work((await engine()).localCluster, onProgress, signal),
  );
}

export const createLocalCluster: Command = async (context) => {
  const name = await window.showInputBox({
    title: 'Create Local Cluster',
    prompt: 'Name of the kind cluster; one that is there already is taken over',
    value: usualName,
    validateInput: (text) =>
      /^[a-z0-9][a-z0-9-]{0,48}$/.test(text) ? undefined : 'Lower-case letters, digits and hyphens',
  });
  if (name === undefined) return;
  const { made, links } = await withProgress(
    context,
    `Creating local cluster ${name}`,
    (cluster, onProgress, signal) => cluster.create({ name }, onProgress, signal),
  );
  (await context.clusters.sessions()).readContexts();
  await context.clusters.focus();
  context.messages.tell(`The local cluster ${name} is ${made ? 'made' : 'taken over'}.`);
  await tellLinks(context, name, links, false);
};

async function chooseCluster(context: CommandContext, question: string): Promise<string | undefined> {
  const all = await (await context.engine()).localCluster.list(new AbortController().signal);
  if (all.length === 0)
    context.messages.refuse('There is no kind cluster on this engine.', [
      { title: 'Create Local Cluster', run: () => createLocalCluster(context, []) },
    ]);
  return (
    await pickOne(question, all, ({ name, nodes, context: named }) => ({
      label: visibleText(name),
      description: visibleText(
        `${named} · ${nodes.filter(({ running }) => running).length} of ${nodes.length} nodes running`,
      ),
    }))
  )?.name;
}

export const deleteLocalCluster: Command = async (context) => {
  const name = await chooseCluster(context, 'Delete which local cluster?');
  if (name === undefined) return;
  const answer = await window.showWarningMessage(
    visibleText(`Delete the local cluster ${name}?`),
    { modal: true, detail: 'Everything that runs on it goes with it. The registry and its images stay.' },
    'Delete',
  );
  if (answer !== 'Delete') return;
  await withProgress(context, `Deleting local cluster ${name}`, (cluster, onProgress, signal) =>
    cluster.delete(name, onProgress, signal),
  );
  (await context.clusters.sessions()).readContexts();
  context.messages.tell(`The local cluster ${name} is deleted.`);
};

export const diagnoseLocalCluster: Command = async (context) => {
  const name = await chooseCluster(context, 'Diagnose which local cluster?');
  if (name === undefined) return;
  const links = await withProgress(context, `Diagnosing ${name}`, (cluster, _onProgress, signal) =>
    cluster.diagnose(name, signal),
  );
  await tellLinks(context, name, links, true);
};

/** Shows the links between registry and nodes; where one is broken, offers to repair them. */
async function tellLinks(
  context: CommandContext,
  name: string,
  links: readonly Link[],
  always: boolean,
): Promise<void> {
  const broken = links.filter(({ state }) => state === 'broken');
  if (broken.length === 0 && !always) return;
  await context.clusters.objects.show([name, 'registry links.txt'], async () => describeLinks(links));
  if (broken.length === 0) return;
  context.messages.refuse(
    `${broken.length} of ${links.length} links between registry and nodes of ${name} are broken.`,
    [
      {
        title: 'Repair',
        async run() {
          const mended = await withProgress(context, `Repairing ${name}`, (cluster, onProgress, signal) =>
            cluster.repair(name, onProgress, signal),
          );
          await context.clusters.objects.show([name, 'registry links.txt'], async () =>
            describeLinks(mended),
          );
        },
      },
    ],
  );
}

const linkWords: Readonly<Record<Link['name'], string>> = {
  registry: 'The registry runs',
  network: "It is on the nodes' network",
  hosts: 'The nodes know its name',
  reach: 'The nodes reach it',
  hosting: 'The cluster says which one it has',
};

function describeLinks(links: readonly Link[]): string {
  return links
    .map(({ name, state, detail }) => `${state === 'ok' ? '✔' : '✘'} ${linkWords[name]}\n    ${detail}\n`)
    .join('');
}
