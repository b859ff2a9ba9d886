import { describeTrail, type TrailLink } from '../../domain/delivery/commitTrail.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import { nameAnEnvironment } from '../../engine/workspace/chooseEnvironment.ts';
import { exitCodes } from '../exitCodes.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

const marks: Readonly<Record<TrailLink['state'], string>> = {
  done: '✔',
  waiting: '…',
  failed: '✘',
  ahead: '·',
  unknown: '?',
};

const linkWidth = 'proposal'.length;

/** `towline where <commit>`: the chain from a commit to ready pods. */
export async function where(
  { engine, terminal, folder, signal }: CommandContext,
  commit: string,
  options: {
    readonly service?: readonly string[];
    readonly env?: string;
    readonly refresh?: boolean;
    readonly json?: boolean;
  },
): Promise<ExitCode> {
  const opened = await engine.open(folder, signal);
  if (options.refresh) {
    for (const { kind, namespace, name } of await engine.refreshAgents(opened, options.env, signal))
      terminal.err(visibleText(`${kind} ${namespace}/${name} is asked to look now`));
  }
  const request = {
    commit,
    services: options.service ?? [],
    ...(options.env === undefined ? {} : { environment: options.env }),
  };
  const trails = (await engine.whereIs(opened, request, signal)).map((facts) => ({
    service: facts.service,
    environment: facts.environment,
    commit: facts.commit,
    links: describeTrail(facts),
  }));
  for (const trail of trails) {
    if (options.json) {
      terminal.out(JSON.stringify(trail));
      continue;
    }
    terminal.out(`${trail.service} in ${trail.environment}`);
    for (const { link, state, sentence } of trail.links)
      terminal.out(`  ${marks[state]} ${link.padEnd(linkWidth)}  ${visibleText(sentence)}`);
  }
  if (trails.length === 0) {
    terminal.err('No environment was found, so there is none to look in.');
    terminal.err(`→ ${nameAnEnvironment}`);
  }
  const states = trails.flatMap(({ links }) => links.map(({ state }) => state));
  if (states.includes('failed')) return exitCodes.failed;
  return trails.length > 0 && states.every((state) => state === 'done') ? exitCodes.passed : exitCodes.held;
}
