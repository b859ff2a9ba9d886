import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { executeOrThrow } from '../lab/execute.ts';
import { type BenchLab, projectFolder } from './benchLab.ts';
import { type Contestant, takeTurns, timeProcess } from './measure.ts';
import { printNotes, printRatio, printTarget, printTimings } from './report.ts';
import { spreadOf } from './statistics.ts';
import { openTurboShop } from './turboShop.ts';

const rounds = { runs: 25, warmUps: 3 };

export async function run(lab: BenchLab): Promise<void> {
  const towline = await openContestant(lab, 'unchanged');
  const asking = await openContestant(lab, 'unchanged-asking', 'file://');
  const turbo: Contestant = {
    name: `turbo ${await turboVersion()}`,
    shown: 'node_modules/.bin/turbo run test build',
    words: ['node_modules/.bin/turbo', 'run', 'test', 'build'],
    folder: await openTurboShop(lab),
    environment: { TURBO_TELEMETRY_DISABLED: '1' },
    check: demandFullCache,
  };

  const [a, b, c] = await takeTurns([towline, turbo, asking], rounds);
  if (!a || !b || !c) return;
  printTimings([a, b, c], rounds);
  printRatio(a, b, 1.5);
  printTarget('(aim) 1 ×', spreadOf(a.seconds).median <= spreadOf(b.seconds).median);
  printRatio(c, b, undefined, 'C/B');
  printNotes([
    'All: three services, tests and images, files unchanged. turbo looks at files alone. Towline also asks, each time:',
    '  the registry, by a HEAD for each pushed digest, whether the image is still there;',
    '  the remote, where the base branch and the proposal branches are now. In A, as in the sample, it is a folder of',
    '  this machine: what Git said of it is kept while each file that this came from has the same inode, size and times.',
    '  In C, as for any other remote, one exchange by Git asks it.',
    'What Git says of the configuration, the index and the working tree is kept from the run before, while every file and',
    '  folder that it came from has the same inode, size, mode and times; each of them is looked at each time.',
    'A floating base image (node:24-slim) counts as unchanged for one hour after its digest was last asked for',
    '  (`runs.baseImageMaxAge` in towline.yaml); a build asks again. One named by digest never goes stale.',
  ]);
}

/** The sample after its first run; its remote is a folder, which is named with a scheme or without. */
async function openContestant(lab: BenchLab, name: string, scheme = ''): Promise<Contestant> {
  const { repository } = await lab.openShop(name);
  const git = async (...args: string[]): Promise<string> =>
    (await executeOrThrow('git', ['-C', repository, ...args])).trim();
  if (scheme !== '')
    await git('remote', 'set-url', 'origin', `${scheme}${await git('remote', 'get-url', 'origin')}`);
  const words = [lab.towline, 'run', '--env', 'dev'] as const;
  const { environment } = lab;
  await timeProcess({ words: [...words, '--yes'], folder: repository, environment });
  return {
    name: scheme === '' ? 'Towline' : 'Towline, which asks the remote',
    shown: scheme === '' ? 'towline run --env dev' : `towline run --env dev, with a remote at ${scheme}…`,
    words,
    folder: repository,
    environment,
    check: demandNothingDone,
  };
}

function demandNothingDone(output: string): void {
  if (!output.includes(': nothing had changed'))
    throw new Error(`towline did work in an unchanged run:\n${output}`);
}

function demandFullCache(output: string): void {
  if (!output.includes('FULL TURBO')) throw new Error(`turbo was not fully cached:\n${output.slice(-1500)}`);
}

async function turboVersion(): Promise<string> {
  const manifest = await readFile(join(projectFolder, 'node_modules/turbo/package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
