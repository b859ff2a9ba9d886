import { visibleText } from '../../domain/text/visibleText.ts';
import { exitCodes } from '../exitCodes.ts';
import { ask } from '../terminal.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

/** `towline cluster allow <context>`: declares a cluster local that no container proves to be. */
export async function allowCluster(
  { engine, terminal, signal }: CommandContext,
  context: string,
  options: { readonly yes?: boolean },
): Promise<ExitCode> {
  const { optIns } = engine;
  const optIn = optIns.describe(context);
  const known = optIns
    .read()
    .some(({ server, authority }) => server === optIn.server && authority === optIn.authority);
  if (known) {
    terminal.out(visibleText(`${context} (${optIn.server}) is allowed already, in ${optIns.file}`));
    return exitCodes.passed;
  }
  for (const line of [
    `Towline may then write to ${optIn.server}, under every context with this address and certificate authority:`,
    '  rehearsals make and delete namespaces there, the local agent applies and prunes objects,',
    '  and you can delete, restart, scale and run programs in its containers.',
    'Nothing proves that this cluster is on this machine. Allow only one that nobody else works with.',
    `It is written to ${optIns.file}, for the command line and the editor; \`towline cluster forbid ${context}\` takes it back.`,
  ])
    terminal.err(visibleText(line));
  if (!options.yes && (await ask(terminal, `Count ${context} as local?`, ['no', 'yes'], signal)) !== 'yes') {
    terminal.out('not allowed: nothing is written to it');
    return exitCodes.held;
  }
  await optIns.add(optIn, signal);
  terminal.out(visibleText(`allowed ${context} (${optIn.server}), in ${optIns.file}`));
  return exitCodes.passed;
}

/** `towline cluster forbid <context>`: takes that back. */
export async function forbidCluster(
  { engine, terminal, signal }: CommandContext,
  context: string,
): Promise<ExitCode> {
  const { optIns, localClusters } = engine;
  const removed = await optIns.remove(context, signal);
  for (const { server, context: name } of removed)
    terminal.out(visibleText(`forbidden: ${server} (allowed as ${name}) is taken out of ${optIns.file}`));
  if (removed.length === 0)
    terminal.out(visibleText(`${context} is not in ${optIns.file}: nothing to take out`));
  const locality = await localClusters.judge(context, signal);
  if (locality.local) terminal.err(visibleText(`Towline still may write to it: ${locality.because}.`));
  return exitCodes.passed;
}
