import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleHostModule } from '../lab/editorBundle.ts';
import { runInExtensionHost } from '../lab/editorHostRun.ts';
import { ensureEditor, type LabEditor } from '../lab/editorInstall.ts';
import { type BenchLab, projectFolder } from './benchLab.ts';
import type { HostMeasures, HostTask, LoopDelay } from './hostMeasures.ts';
import { printTarget } from './report.ts';

/** Milliseconds. */
const longestP99 = 50;

/** What measuring in the extension host of a real VS Code takes. */
export interface BenchHost extends AsyncDisposable {
  readonly editor: LabEditor;
  /** What the host is to run. */
  readonly module: string;
  readonly lab: BenchLab;
}

export async function openBenchHost(lab: BenchLab): Promise<BenchHost> {
  const editor = await ensureEditor({ install: true, say: (line) => console.log(`  ${line}`) });
  const module = await bundleHostModule([
    "import { measureHost } from './test/bench/programs/measureHost.ts';",
    'export const run = () => measureHost();',
  ]);
  return {
    editor,
    module,
    lab,
    [Symbol.asyncDispose]: () => rm(join(module, '..'), { recursive: true, force: true }),
  };
}

/** Opens a window of its own on a folder and measures one thing there. */
export async function measure(
  { editor, module, lab }: BenchHost,
  open: { readonly folder: string; readonly environment: Readonly<Record<string, string>> },
  task: Pick<HostTask, 'kind'> & Partial<HostTask>,
  others: readonly string[] = [],
): Promise<HostMeasures> {
  const report = join(lab.folder, `${task.kind}.json`);
  await rm(report, { force: true });
  const whole: HostTask = { report, folder: open.folder, extensions: [], lines: 0, runs: 0, ...task };
  const code = await runInExtensionHost(editor, {
    module,
    open: open.folder,
    extensions: [projectFolder, ...others],
    environment: { ...open.environment, TOWLINE_BENCH_TASK: JSON.stringify(whole) },
    verbose: false,
    begins: '::measuring',
  });
  if (code !== 0) throw new Error(`The extension host ended with ${code}.`);
  return JSON.parse(await readFile(report, 'utf8')) as HostMeasures;
}

export function printDelays(title: string, delays: Readonly<Record<string, LoopDelay>>): void {
  console.log(`  event loop of the extension host, milliseconds, turns of 1 ms counted: ${title}`);
  console.log(`  ${''.padEnd(12)}  longest      p99  longest by processor time  seconds`);
  for (const [name, { longest, p99, longestWork, seconds }] of Object.entries(delays)) {
    const numbers = [longest, p99, longestWork ?? Number.NaN, seconds].map((value) => value.toFixed(1));
    const [wall = '', most = '', work = '', length = ''] = numbers;
    console.log(
      `  ${name.padEnd(12)} ${wall.padStart(8)} ${most.padStart(8)} ${work.padStart(26)} ${length.padStart(8)}`,
    );
  }
  const busy = Object.entries(delays).filter(([name]) => name !== 'idle');
  printTarget(`p99 under ${longestP99} ms`, busy.length > 0 && busy.every(([, { p99 }]) => p99 < longestP99));
}
