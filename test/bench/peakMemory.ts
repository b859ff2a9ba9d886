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
/** More than this over the smallest context counts as growth, bytes: what a garbage collector leaves to chance. */
const slack = 40 * megabyte;

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
  const growth = medianOf(sizes.at(-1) ?? 0) - medianOf(sizes[0] ?? 0);
  printTarget(
    `no growth with the context (below ${slack / megabyte} MB; here ${(growth / megabyte).toFixed(1)} MB)`,
    growth < slack,
  );
  printNotes([
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
