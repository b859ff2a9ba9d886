import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CliWorkspace } from './cliWorkspace.ts';

/** The repository that is open in the extension host's window, as `makeWorkspace` made it. */
export interface HostWorkspace
  extends Pick<CliWorkspace, 'folder' | 'remote' | 'registry' | 'image' | 'environment'> {
  /** towline.yaml as it usually is; the window opens without one. */
  readonly configuration: string;
  git(...args: readonly string[]): string;
  remoteGit(...args: readonly string[]): string;
}

/** Writes down what a test in the extension host needs; gives the file for `readHostWorkspace`. */
export async function writeHostWorkspace(folder: string, workspace: CliWorkspace): Promise<string> {
  const { registry, image, environment, remote } = workspace;
  const file = join(folder, 'workspace.json');
  const configuration = workspace.configuration({});
  const facts = { folder: workspace.folder, remote, registry, image, environment, configuration };
  await writeFile(file, JSON.stringify(facts));
  return file;
}

export function readHostWorkspace(): HostWorkspace {
  const facts: Omit<HostWorkspace, 'git' | 'remoteGit'> = JSON.parse(
    readFileSync(process.env.TOWLINE_HOST_WORKSPACE ?? '', 'utf8'),
  );
  const runGit = (cwd: string, args: readonly string[]) =>
    execFileSync('git', args, { cwd, env: facts.environment, encoding: 'utf8' }).trimEnd();
  return {
    ...facts,
    git: (...args) => runGit(facts.folder, args),
    remoteGit: (...args) => runGit(facts.remote, args),
  };
}
