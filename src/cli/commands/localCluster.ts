import { visibleText } from '../../domain/text/visibleText.ts';
import type { Link } from '../../engine/localCluster/registryLinks.ts';
import { exitCodes } from '../exitCodes.ts';
import { ask, type Terminal } from '../terminal.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

const words: Readonly<Record<Link['name'], string>> = {
  registry: 'registry runs',
  network: "on the cluster's network",
  hosts: 'nodes know it',
  reach: 'nodes reach it',
  hosting: 'cluster says so',
};

/** `towline cluster create [name]`: a kind cluster with a local registry. */
export async function createCluster(
  { engine, terminal, signal }: CommandContext,
  name: string,
  { image }: { readonly image?: string },
): Promise<ExitCode> {
  const say = sayTo(terminal);
  const { made, links } = await engine.localCluster.create(
    { name, ...(image === undefined ? {} : { image }) },
    say,
    signal,
  );
  terminal.out(
    visibleText(
      `${made ? 'created' : 'found'} cluster ${name}: context kind-${name} (not made the current one)`,
    ),
  );
  return printLinks(terminal, links, name);
}

/** `towline cluster delete [name]` */
export async function deleteCluster(
  { engine, terminal, signal }: CommandContext,
  name: string,
  options: { readonly yes?: boolean },
): Promise<ExitCode> {
  const question = `Delete cluster ${name} with everything in it?`;
  if (!options.yes && (await ask(terminal, question, ['no', 'yes'], signal)) !== 'yes') {
    terminal.out('kept');
    return exitCodes.held;
  }
  await engine.localCluster.delete(name, sayTo(terminal), signal);
  terminal.out(
    visibleText(`deleted cluster ${name}; the registry and its images stay (\`towline registry remove\`)`),
  );
  return exitCodes.passed;
}

/** `towline cluster diagnose [name]`: which link between registry and nodes is broken. */
export async function diagnoseCluster(
  { engine, terminal, signal }: CommandContext,
  name: string,
  options: { readonly repair?: boolean; readonly json?: boolean },
): Promise<ExitCode> {
  const { localCluster } = engine;
  const links = options.repair
    ? await localCluster.repair(name, sayTo(terminal), signal)
    : await localCluster.diagnose(name, signal);
  if (!options.json) return printLinks(terminal, links, name);
  for (const link of links) terminal.out(JSON.stringify(link));
  return links.every(({ state }) => state === 'ok') ? exitCodes.passed : exitCodes.failed;
}

/** `towline cluster status`: clusters of kind here, and those that were declared local. */
export async function clusterStatus({ engine, terminal, signal }: CommandContext): Promise<ExitCode> {
  const clusters = await engine.localCluster.list(signal);
  for (const { name, context, nodes, locality } of clusters) {
    const running = nodes.filter((node) => node.running).length;
    const verdict = locality.local ? 'proven local' : `not proven local: ${locality.why}`;
    terminal.out(
      visibleText(`${name}  ${running} of ${nodes.length} containers run  ${context}: ${verdict}`),
    );
  }
  if (clusters.length === 0)
    terminal.out('kind has no cluster on this engine; `towline cluster create` makes one.');
  for (const { context, server } of engine.optIns.read())
    terminal.out(visibleText(`${context}  ${server}  allowed by you in ${engine.optIns.file}`));
  return exitCodes.passed;
}

function sayTo(terminal: Terminal): (line: string) => void {
  return (line) => terminal.err(visibleText(line));
}

function printLinks(terminal: Terminal, links: readonly Link[], name: string): ExitCode {
  const width = Math.max(...Object.values(words).map((word) => word.length));
  for (const link of links) {
    const mark = link.state === 'ok' ? terminal.style('green', '✔') : terminal.style('red', '✗');
    terminal.out(`${mark} ${words[link.name].padEnd(width)}  ${visibleText(link.detail)}`);
  }
  if (links.every(({ state }) => state === 'ok')) return exitCodes.passed;
  terminal.err(visibleText(`→ \`towline cluster diagnose ${name} --repair\` mends what can be mended.`));
  return exitCodes.failed;
}
