import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BenchLab, projectFolder } from './benchLab.ts';
import { takeTurns, timeProcess } from './measure.ts';
import { probeProcess } from './probeProcess.ts';
import { formatBytes, printNotes, printRatio, printTimings } from './report.ts';

const rounds = { runs: 20, warmUps: 3 };

export async function run(lab: BenchLab): Promise<void> {
  const { repository } = await lab.openShop('unchanged');
  const common = { folder: repository, environment: lab.environment };
  const unchanged = { ...common, words: [lab.towline, 'run', '--env', 'dev', '--yes'] as const };
  await timeProcess(unchanged);
  const [node, version, status] = await takeTurns(
    [
      { ...common, name: 'Node.js alone', shown: 'node --eval 0', words: [process.execPath, '--eval', '0'] },
      { ...common, name: 'version', shown: 'towline --version', words: [lab.towline, '--version'] },
      { ...common, name: 'status', shown: 'towline status', words: [lab.towline, 'status'] },
    ],
    rounds,
  );
  if (!node || !version || !status) return;
  printTimings([node, version, status], rounds);
  printRatio(version, node, undefined, 'B/A');
  printRatio(status, node, undefined, 'C/A');

  const { files } = await probeProcess(unchanged);
  const loaded = [...files.values()].reduce((sum, size) => sum + size, 0);
  printNotes([
    `an unchanged run loads ${formatBytes(loaded)} of the bundle, in ${files.size} files`,
    `dist: command line ${formatBytes(await folderSize(join(projectFolder, 'dist/cli')))}, ` +
      `extension ${formatBytes(await folderSize(join(projectFolder, 'dist/extension')))}`,
  ]);
}

async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
