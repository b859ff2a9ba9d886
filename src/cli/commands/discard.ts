import { visibleText } from '../../domain/text/visibleText.ts';
import { chooseEnvironment } from '../../engine/workspace/chooseEnvironment.ts';
import { exitCodes } from '../exitCodes.ts';
import { ask } from '../terminal.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

/** `towline discard <service> --env dev`: takes a proposal back by deleting its branch. */
export async function discard(
  { engine, terminal, folder, signal }: CommandContext,
  service: string,
  options: { readonly env?: string; readonly yes?: boolean },
): Promise<ExitCode> {
  const opened = await engine.open(folder, signal);
  const environment = chooseEnvironment(opened, options.env).name;
  if (
    !options.yes &&
    (await ask(terminal, `Delete the proposal of ${service} to ${environment}?`, ['no', 'yes'], signal)) !==
      'yes'
  ) {
    terminal.out('kept');
    return exitCodes.held;
  }
  const { branch, remote, commit } = await engine.discard(opened, environment, service, signal);
  const where = remote ? ` on ${remote}` : '';
  terminal.out(
    visibleText(
      commit
        ? `deleted ${branch}${where} (was ${commit})`
        : `there is no ${branch}${where}: nothing to discard`,
    ),
  );
  return exitCodes.passed;
}
