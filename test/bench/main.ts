import { type BenchLab, openBenchLab } from './benchLab.ts';
import { printHeading } from './report.ts';

/**
 * `npm run bench`: ratios of Towline and of the programs that people would use instead, measured side by side.
 * `npm run bench -- unchanged planning` runs some. A missed target is printed and is not a failure.
 */
const benchmarks: Readonly<Record<string, string>> = {
  unchanged: 'a run with nothing changed against a fully cached turbo',
  oneLineChange: 'a one-line change to a pushed digest and branch against the same by hand',
  planning: 'a plan of 200 services and 20,000 files against git status',
  imageBump: 'an image changed in a repository of 10,000 manifests, to a pushed branch',
  liveDiff: 'the live diff of 500 objects against kubectl diff --server-side',
  peakMemory: 'the most memory of a run, as the build context grows',
  clusterView: '10,000 pods and 500 changes a second against kubectl get pods -A -w',
  extensionHost:
    'activation, what is loaded, and the event loop in a real VS Code under 50,000 lines and 1,000 runs',
  rolledOut: 'a source change to a rolled-out pod on a cluster against the same by hand',
  startUp: 'what a short command costs, and how much of the bundle is loaded',
};

/** Takes many minutes, so it runs only when it is named. */
const longBenchmarks: Readonly<Record<string, string>> = {
  killedRuns: 'a thousand runs killed at random moments, and how many recover',
};

const all: Readonly<Record<string, string>> = { ...benchmarks, ...longBenchmarks };

interface Benchmark {
  run(lab: BenchLab): Promise<void>;
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !Object.hasOwn(all, name));
  if (unknown.length > 0) {
    const known = Object.entries(all).map(([name, about]) => `  ${name.padEnd(16)} ${about}`);
    console.error(`Unknown: ${unknown.join(', ')}. Benchmarks are\n${known.join('\n')}`);
    return 2;
  }
  await using lab = await openBenchLab();
  let failed = 0;
  for (const name of names.length > 0 ? names : Object.keys(benchmarks)) {
    printHeading(`${name}: ${all[name]}`);
    try {
      const benchmark: Benchmark = await import(`./${name}.ts`);
      await benchmark.run(lab);
    } catch (error) {
      console.error(`  could not be measured: ${error instanceof Error ? error.message : error}`);
      failed += 1;
    }
  }
  return failed > 0 ? 1 : 0;
}

const code = await main(process.argv.slice(2));
// A benchmark may have set its own.
process.exitCode ||= code;
