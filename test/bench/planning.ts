import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchLab } from './benchLab.ts';
import { generateRepository } from './generateRepository.ts';
import { type Contestant, type Timing, takeTurns, timeProcess } from './measure.ts';
import { printNotes, printRatio, printTarget, printTimings } from './report.ts';
import { spreadOf } from './statistics.ts';

const rounds = { runs: 15, warmUps: 3 };
const filesPerService = 100;
const sizes = [50, 100, 200];
const editedFile = 'services/service-000/src/area-2/file-2.js';

export async function run(lab: BenchLab): Promise<void> {
  const contestants: Contestant[] = [];
  for (const services of sizes) {
    const folder = join(lab.folder, `services-${services}`);
    await generateRepository(folder, serviceFiles(services, lab.images.node), { remote: false });
    contestants.push({
      name: `plan of ${services} services, ${services * filesPerService} files`,
      shown: 'towline run --plan --no-propose',
      words: [lab.towline, 'run', '--plan', '--no-propose'],
      folder,
      environment: lab.environment,
    });
  }
  const largest = contestants.at(-1);
  if (!largest) return;
  const status: Contestant = {
    name: `git in the largest`,
    shown: 'git status',
    words: ['git', 'status'],
    folder: largest.folder,
  };

  const edited: Contestant = {
    ...largest,
    name: `${largest.name}, one of them just edited`,
    folder: `${largest.folder}-edited`,
    prepare: (round) => writeFile(join(`${largest.folder}-edited`, editedFile), `// Round ${round}\n`),
  };
  await generateRepository(edited.folder, serviceFiles(sizes.at(-1) ?? 0, lab.images.node), {
    remote: false,
  });

  // A plan has been made of it before it is edited.
  await timeProcess(edited);

  const timings = await takeTurns([...contestants, status, edited], rounds);
  printTimings(timings, rounds);
  const [smallest, , large, git, afterEdit] = timings;
  if (!smallest || !large || !git || !afterEdit) return;
  printRatio(large, git, 3, 'C/D');
  printRatio(afterEdit, git, undefined, 'E/D');
  printGrowth(timings.slice(0, sizes.length));
  printNotes([
    'A plan opens the workspace, keys the tests and the build context of every service by content and runs nothing.',
    'A to C find everything as it was at the plan before: Git is asked whether a tracked file has other times, size or',
    '  inode, and each folder is looked at. In E Git is also asked about the file that was saved, and the files of its',
    '  service are looked at; an editor that puts a new file in its place has every file looked at again.',
  ]);
}

/** Linear: from one size to the next, twice as large, the added time doubles as well. */
function printGrowth(timings: readonly Timing[]): void {
  const [small = 0, middle = 0, large = 0] = timings.map(({ seconds }) => spreadOf(seconds).median);
  const growth = (large - middle) / (middle - small);
  console.log(
    `  growth: 50 → 100 services adds ${(middle - small).toFixed(3)} s, 100 → 200 adds ${(large - middle).toFixed(3)} s`,
  );
  printTarget(
    `linear (twice the services add twice the time; here ${growth.toFixed(2)} ×, below 2.5)`,
    growth < 2.5,
  );
}

function* serviceFiles(services: number, image: string): Generator<readonly [string, string]> {
  for (let service = 0; service < services; service += 1) {
    const name = `service-${String(service).padStart(3, '0')}`;
    const folder = `services/${name}`;
    yield [`${folder}/Dockerfile`, `FROM ${image}\nCOPY . .\nCMD ["node", "src/main.js"]\n`];
    yield [
      `${folder}/package.json`,
      `${JSON.stringify({ name, private: true, type: 'module', scripts: { test: 'node --test' } }, undefined, 2)}\n`,
    ];
    for (let file = 2; file < filesPerService; file += 1) {
      const part = file % 4 === 0 ? 'test' : 'src';
      const lines = Array.from(
        { length: 5 + ((file * 7) % 60) },
        (_, line) => `export const v${line} = ${line};`,
      );
      yield [
        `${folder}/${part}/area-${file % 7}/file-${file}.js`,
        `// ${name} ${file}\n${lines.join('\n')}\n`,
      ];
    }
  }
}
