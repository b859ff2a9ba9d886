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
  peakMemory: 'the most memory of a run, as the build context grows',
  startUp: 'what a short command costs, and how much of the bundle is loaded',
};

interface Benchmark {
  run(lab: BenchLab): Promise<void>;
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !(name in benchmarks));
  if (unknown.length > 0) {
    const known = Object.entries(benchmarks).map(([name, about]) => `  ${name.padEnd(16)} ${about}`);
    console.error(`Unknown: ${unknown.join(', ')}. Benchmarks are\n${known.join('\n')}`);
    return 2;
  }
  await using lab = await openBenchLab();
  let failed = 0;
  for (const name of names.length > 0 ? names : Object.keys(benchmarks)) {
    printHeading(`${name}: ${benchmarks[name]}`);
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

process.exitCode = await main(process.argv.slice(2));
