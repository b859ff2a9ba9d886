import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Contestant, timeProcess } from './measure.ts';

export interface Probe {
  /** Files of JavaScript that were loaded, with their sizes in bytes. */
  readonly files: ReadonlyMap<string, number>;
  /** Most memory the process had, bytes. */
  readonly peakMemory: number;
  readonly seconds: number;
}

/** Runs a Node.js program to its end and asks it what it loaded and how much memory it took; its time is not meant to be compared. */
export async function probeProcess({
  words: [program, ...args],
  folder,
  environment,
}: Pick<Contestant, 'words' | 'folder' | 'environment'>): Promise<Probe> {
  const scratch = await mkdtemp(join(tmpdir(), 'towline-probe-'));
  try {
    const report = join(scratch, 'report.json');
    const preload = pathToFileURL(join(import.meta.dirname, 'reportLoaded.mjs')).href;
    const { seconds } = await timeProcess({
      words: [process.execPath, '--import', preload, program, ...args],
      folder,
      environment: { ...environment, TOWLINE_BENCH_REPORT: report },
    });
    const { files, maxRSS } = JSON.parse(await readFile(report, 'utf8')) as {
      files: string[];
      maxRSS: number;
    };
    const sizes = new Map<string, number>();
    for (const url of files) {
      const file = fileURLToPath(url);
      if (!url.startsWith(preload)) sizes.set(file, (await stat(file)).size);
    }
    return { files: sizes, peakMemory: maxRSS * 1024, seconds };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
