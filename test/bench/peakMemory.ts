import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { execute, executeOrThrow } from '../lab/execute.ts';
import type { BenchLab } from './benchLab.ts';
import { generateRepository } from './generateRepository.ts';
import { type Probe, probeProcess } from './probeProcess.ts';
import { printNotes, printTarget } from './report.ts';
import { spreadOf } from './statistics.ts';

const megabyte = 1_000_000;
const sizes = [10, 200, 1000];
const fileSize = 5 * megabyte;
const rounds = 3;
/** More than this part of the peak of a context a fifth as large counts as growth: what a garbage collector leaves to chance. */
const slack = 0.1;

export async function run(lab: BenchLab): Promise<void> {
  const contexts: { readonly size: number; readonly folder: string }[] = [];
  for (const size of sizes) {
    const folder = join(lab.folder, `context-${size}`);
    await generateRepository(
      folder,
      [
        ['Dockerfile', 'FROM scratch\nCOPY data /data\n'],
        ['.dockerignore', '*\n!data\n'],
        ['.gitignore', '/data\n'],
        [
          'towline.yaml',
          `registry: ${lab.registry.host}/memory\nservices:\n  big-${size}:\n    path: .\n    tests: none\n`,
        ],
      ],
      { remote: false },
    );
    contexts.push({ size, folder });
  }

  const peaks = new Map(sizes.map((size) => [size, [] as Probe[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { size, folder } of contexts) {
      await writeContext(folder, size, round);
      peaks.get(size)?.push(await probeProcess(towlineRun(lab, folder)));
    }
  }
  console.log('  towline run --no-propose, with every file of the context changed before each run');
  console.log(`  ${rounds} runs each, in turn; peak of the process's resident memory`);
  console.log(`  ${'context'.padEnd(10)} minimum   median  maximum  (MB)   median time`);
  for (const [size, probes] of peaks) {
    const memory = spreadOf(probes.map(({ peakMemory }) => peakMemory / megabyte));
    const time = spreadOf(probes.map(({ seconds }) => seconds)).median;
    const figures = [memory.minimum, memory.median, memory.maximum].map((mb) => mb.toFixed(1).padStart(8));
    console.log(`  ${`${size} MB`.padEnd(9)} ${figures.join(' ')}         ${time.toFixed(1)} s`);
  }
  const last = contexts.at(-1);
  if (last) {
    const unchanged = await probeProcess(towlineRun(lab, last.folder));
    console.log(
      `  unchanged run of the largest: ${(unchanged.peakMemory / megabyte).toFixed(1)} MB, ${unchanged.seconds.toFixed(2)} s`,
    );
  }
  const medianOf = (size: number): number =>
    spreadOf((peaks.get(size) ?? []).map(({ peakMemory }) => peakMemory)).median;
  const [, middle = 0, largest = 0] = sizes.map(medianOf);
  const growth = largest / middle - 1;
  printTarget(
    `no growth with the context (from ${sizes[1]} to ${sizes[2]} MB below ${slack * 100} %; here ${(growth * 100).toFixed(1)} %)`,
    growth < slack,
  );
  printNotes([
    'A small context is sent before V8 has collected any of its pieces, which it does once they take some 64 MB: a run of a',
    '  larger one needs that much more, however large it is.',
    'The files are sparse. Built layers stay in the cache of the engine; `docker builder prune` removes them.',
  ]);
  await removeImages(lab);
}

function towlineRun({ towline, environment }: BenchLab, folder: string): Parameters<typeof probeProcess>[0] {
  return { words: [towline, 'run', '--no-propose'], folder, environment };
}

/** Sparse files of equal size, each different from what it was in another round. */
async function writeContext(folder: string, size: number, round: number): Promise<void> {
  await mkdir(join(folder, 'data'), { recursive: true });
  for (let index = 0; index < (size * megabyte) / fileSize; index += 1) {
    const file = await open(join(folder, 'data', `part-${index}`), 'w');
    await file.truncate(fileSize);
    await file.write(`${round} ${index}`, 0);
    await file.close();
  }
}

async function removeImages({ registry }: BenchLab): Promise<void> {
  const reference = `${registry.host}/memory/*`;
  const listed = await executeOrThrow('docker', [
    'image',
    'ls',
    '--quiet',
    '--filter',
    `reference=${reference}`,
  ]);
  const images = [...new Set(listed.split('\n').filter(Boolean))];
  if (images.length > 0) await execute('docker', ['image', 'rm', '--force', ...images]);
}
