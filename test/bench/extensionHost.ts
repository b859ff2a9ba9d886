import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeRecords, encodeRecord } from '../../src/engine/runs/journalRecord.ts';
import type { LabEditor } from '../lab/editorInstall.ts';
import { executeOrThrow } from '../lab/execute.ts';
import { assertExit, towline } from '../support/cliProcess.ts';
import { type CliWorkspace, failingTest, makeWorkspace } from '../support/cliWorkspace.ts';
import { type BenchHost, measure, openBenchHost, printDelays } from './benchHost.ts';
import { type BenchLab, projectFolder } from './benchLab.ts';
import { formatBytes, printNotes } from './report.ts';
import { spreadOf } from './statistics.ts';

const activations = 5;
const lines = 50_000;
const runs = 1_000;

/** Writes as fast as it is read, with an end of its own. */
const wordyProgram = `const text = 'as tests are wont to say '.repeat(3);
let line = 0;
function more() {
  let burst = '';
  for (let count = 0; count < 200 && line < ${lines}; count += 1, line += 1) burst += \`line \${line} \${text}\\n\`;
  process.stdout.write(burst, () => line < ${lines} && setImmediate(more));
}
more();
`;

export async function run(lab: BenchLab): Promise<void> {
  await using host = await openBenchHost(lab);
  await printActivation(host);
  await printLoading(host);
  await printPackage(lab);
  await printStreaming(host);
  await printManyRuns(host);
}

async function printActivation(host: BenchHost): Promise<void> {
  const empty = await makeEmptyExtension(host.lab.folder);
  const times: Record<'towline' | 'empty', number[]> = { towline: [], empty: [] };
  for (let round = 0; round < activations; round += 1) {
    const ids = ['towline.towline', 'bench.empty'];
    using workspace = openWorkspace(host, false);
    const { activation } = await measure(
      host,
      workspace,
      {
        kind: 'activation',
        extensions: round % 2 === 0 ? ids : ids.toReversed(),
      },
      [empty],
    );
    times.towline.push(activation?.['towline.towline'] ?? Number.NaN);
    times.empty.push(activation?.['bench.empty'] ?? Number.NaN);
  }
  const [ours, none] = [spreadOf(times.towline), spreadOf(times.empty)];
  printNotes([
    `activation, ${activations} new extension hosts, milliseconds: median ${ours.median.toFixed(1)} (${ours.minimum.toFixed(1)} to ${ours.maximum.toFixed(1)})`,
    `an extension that does nothing, in the same hosts: median ${none.median.toFixed(1)} (${none.minimum.toFixed(1)} to ${none.maximum.toFixed(1)})`,
  ]);
}

async function printLoading(host: BenchHost): Promise<void> {
  using workspace = openWorkspace(host, false);
  const { loading = {} } = await measure(host, workspace, { kind: 'loading' });
  const of = (name: string): string => {
    const { bytes, files } = loading[name] ?? { bytes: Number.NaN, files: Number.NaN };
    return `${formatBytes(bytes)} in ${files} files`;
  };
  printNotes([
    `loaded at activation: ${of('activating')}`,
    `loaded when the side bar is opened: ${of('opening')}; by the first run: ${of('running')}`,
    `for comparison, the built-in Git extension's one bundle: ${await gitBundle(host.editor)}`,
  ]);
}

async function printPackage({ folder }: BenchLab): Promise<void> {
  const file = join(folder, 'towline.vsix');
  const vsce = join(projectFolder, 'node_modules/@vscode/vsce/vsce');
  await executeOrThrow(process.execPath, [vsce, 'package', '--no-dependencies', '--out', file], {
    cwd: projectFolder,
    timeout: 120,
  });
  printNotes([`.vsix: ${formatBytes((await stat(file)).size)}`]);
}

async function printStreaming(host: BenchHost): Promise<void> {
  using workspace = openWorkspace(host, true);
  const { streaming = {} } = await measure(host, workspace, { kind: 'streaming', lines });
  printDelays(`a run that writes ${lines} lines, its log open and following`, streaming);
}

async function printManyRuns(host: BenchHost): Promise<void> {
  using workspace = openWorkspace(host, true);
  await writeRuns(workspace, runs);
  const { manyRuns = {} } = await measure(host, workspace, { kind: 'manyRuns', lines, runs });
  printDelays(`a journal of ${runs} runs, all shown: opened, read again, and such a run on top`, manyRuns);
}

/** A service whose test is a program that writes; `configured`: with the towline.yaml that names it. */
function openWorkspace({ lab }: BenchHost, configured: boolean): CliWorkspace & Disposable {
  const workspace = makeWorkspace(lab.registry.host, {
    api: { tests: ['node', 'wordy.js'] },
    config: { runs: { keep: runs * 2 } },
    files: {
      'services/api/wordy.js': wordyProgram,
      ...(configured ? {} : { 'towline.yaml': undefined }),
    },
  });
  return { ...workspace, [Symbol.dispose]: () => workspace.sandbox.remove() };
}

async function makeEmptyExtension(folder: string): Promise<string> {
  const empty = join(folder, 'empty');
  await mkdir(empty, { recursive: true });
  const manifest = { name: 'empty', publisher: 'bench', version: '1.0.0', type: 'module', main: './main.js' };
  await writeFile(
    join(empty, 'package.json'),
    JSON.stringify({ ...manifest, engines: { vscode: '^1.101.0' }, extensionKind: ['workspace'] }),
  );
  await writeFile(join(empty, 'main.js'), 'export function activate() {}\n');
  return empty;
}

/** Runs that went well and runs whose tests failed, by turns, as many as make up the number. */
async function writeRuns(workspace: CliWorkspace, count: number): Promise<void> {
  assertExit(await towline(workspace, 'run', '--no-propose'), 0);
  workspace.write({ 'services/api/wordy.js': failingTest });
  assertExit(await towline(workspace, 'run', '--no-propose'), 1);
  workspace.write({ 'services/api/wordy.js': wordyProgram });
  const folder = join(workspace.folder, '.git/towline/runs');
  const models = await Promise.all(
    [1, 2].map(async (run) => decodeRecords(await readFile(join(folder, `${run}.jsonl`))).events),
  );
  for (let run = 3; run <= count; run += 1) {
    const events = models[run % models.length] ?? [];
    const records = events.map((event) => encodeRecord('run' in event ? { ...event, run } : event));
    await writeFile(join(folder, `${run}.jsonl`), records.join(''));
  }
}

async function gitBundle(editor: LabEditor): Promise<string> {
  if (editor.kind !== 'served') return 'not looked at in a desktop VS Code';
  const dist = join(editor.vscode, 'extensions/git/dist');
  const names = (await readdir(dist)).filter((name) => name === 'main.js');
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(dist, name))).size));
  return formatBytes(sizes.reduce((sum, size) => sum + size, 0));
}
