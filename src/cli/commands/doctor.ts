import { visibleText } from '../../domain/text/visibleText.ts';
import type { Finding } from '../../engine/doctor/finding.ts';
import { nameAnEnvironment } from '../../engine/workspace/chooseEnvironment.ts';
import { exitCodes } from '../exitCodes.ts';
import { describeProblem } from '../print/printFailure.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

const marks: Readonly<Record<Finding['state'], string>> = { found: '✔', missing: '✗', optional: '–' };
const styles = { found: 'green', missing: 'red', optional: 'dim' } as const;

/** `towline doctor`: what was found where, in which version, what is missing and how to get it. */
export async function doctor(
  { engine, terminal, folder, signal }: CommandContext,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const { findings, opened } = await engine.diagnose(folder, signal);
  const missing = findings.some(({ state }) => state === 'missing');
  if (options.json) {
    terminal.out(JSON.stringify({ findings, workspace: opened?.workspace }));
    return missing ? exitCodes.failed : exitCodes.passed;
  }
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const { name, state, detail, next, command } of findings) {
    terminal.out(
      `${terminal.style(styles[state], marks[state])} ${name.padEnd(width)}  ${visibleText(detail)}`,
    );
    if (next) terminal.out(`  ${' '.repeat(width)}  → ${visibleText(next)}`);
    if (command) terminal.out(`  ${' '.repeat(width)}    $ ${visibleText(command)}`);
  }
  if (opened) {
    const { services, environments, problems } = opened.workspace;
    terminal.out(
      `${services.length} services: ${services.map(({ name }) => visibleText(name)).join(', ') || 'none'}`,
    );
    terminal.out(
      `${environments.length} environments: ${environments.map(({ name }) => visibleText(name)).join(', ') || 'none'}`,
    );
    if (environments.length === 0 && problems.length === 0) terminal.out(`  → ${nameAnEnvironment}`);
    for (const problem of problems) terminal.out(describeProblem(problem));
  }
  return missing ? exitCodes.failed : exitCodes.passed;
}
