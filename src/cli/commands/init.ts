import { join } from 'node:path';
import { writeConfig } from '../../domain/config/writeConfig.ts';
import { exitCodes } from '../exitCodes.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

/** `towline init`: towline.yaml from what was found, with comments; an existing one is never replaced. */
export async function init(
  { engine, terminal, folder, signal }: CommandContext,
  options: { readonly print?: boolean },
): Promise<ExitCode> {
  const opened = await engine.open(folder, signal);
  const text = writeConfig(opened.workspace);
  if (options.print) {
    terminal.out(text.trimEnd());
    return exitCodes.passed;
  }
  const file = join(opened.folder, 'towline.yaml');
  if (opened.workspace.configured) {
    terminal.err(
      `${file} exists already and was left as it is; \`towline init --print\` shows what a new one would say.`,
    );
    return exitCodes.usage;
  }
  await engine.writeConfig(opened, text);
  terminal.out(
    `wrote ${file}: ${opened.workspace.services.length} services, ${opened.workspace.environments.length} environments`,
  );
  return exitCodes.passed;
}
