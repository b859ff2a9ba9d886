import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BenchLab, projectFolder } from './benchLab.ts';
import { type Contestant, takeTurns, timeProcess } from './measure.ts';
import { printNotes, printRatio, printTarget, printTimings } from './report.ts';
import { spreadOf } from './statistics.ts';
import { openTurboShop } from './turboShop.ts';

const rounds = { runs: 25, warmUps: 3 };

export async function run(lab: BenchLab): Promise<void> {
  const shop = await lab.openShop('unchanged');
  const words = [lab.towline, 'run', '--env', 'dev'] as const;
  const first = {
    words: [...words, '--yes'] as const,
    folder: shop.repository,
    environment: lab.environment,
  };
  await timeProcess(first);

  const towline: Contestant = {
    name: 'Towline',
    shown: 'towline run --env dev',
    words,
    folder: shop.repository,
    environment: lab.environment,
    check: demandNothingDone,
  };
  const turbo: Contestant = {
    name: `turbo ${await turboVersion()}`,
    shown: 'node_modules/.bin/turbo run test build',
    words: ['node_modules/.bin/turbo', 'run', 'test', 'build'],
    folder: await openTurboShop(lab),
    environment: { TURBO_TELEMETRY_DISABLED: '1' },
    check: demandFullCache,
  };

  const [a, b] = await takeTurns([towline, turbo], rounds);
  if (!a || !b) return;
  printTimings([a, b], rounds);
  printRatio(a, b, 1.5);
  printTarget('(aim) 1 ×', spreadOf(a.seconds).median <= spreadOf(b.seconds).median);
  printNotes([
    'Both: three services, tests and images, files unchanged. turbo looks at files alone. Towline also asks, each time:',
    '  the registry, by a HEAD for each pushed digest, whether the image is still there;',
    '  the remote, by one exchange, where the base branch and the proposal branches are now.',
    'What Git says of the configuration, the index and the working tree is kept from the run before, while every file and',
    '  folder that it came from has the same inode, size, mode and times; each of them is looked at each time.',
    'A floating base image (node:24-slim) counts as unchanged for one hour after its digest was last asked for',
    '  (`runs.baseImageMaxAge` in towline.yaml); a build asks again. One named by digest never goes stale.',
  ]);
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
