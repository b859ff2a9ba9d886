import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ServedServer } from './editorInstall.ts';
import { executeOrThrow } from './execute.ts';

export interface EditorServerOptions {
  /** User settings on top of `quietSettings`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Reaches the extension host; the whole environment, but for what the server itself needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folders of extensions that count as installed. */
  readonly extensions?: readonly string[];
  /** Packaged extensions to install. */
  readonly packages?: readonly string[];
  /** Whether Workspace Trust is on. */
  readonly trust?: boolean;
  /** Asked for before anything is shown; none is right for tests alone. */
  readonly password?: string;
  /** Where settings and state are kept and left by `stop`; a folder of its own, which is removed, when absent. */
  readonly folder?: string;
}

export interface EditorServer {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly origin: string;
  readonly port: number;
  /** Everything the server wrote. */
  readonly folder: string;
  readLog(): Promise<string>;
  stop(): Promise<void>;
}

const startLimit = 60_000;
const stopLimit = 8000;
/** An extension gallery that is not asked: the lab has no internet. */
const noGallery = JSON.stringify({
  serviceUrl: '',
  itemUrl: '',
  resourceUrlTemplate: '',
  controlUrl: '',
  nlsBaseUrl: '',
});

/** Nothing that asks, welcomes, updates or reports. */
export const quietSettings: Readonly<Record<string, unknown>> = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'git.openRepositoryInParentFolders': 'never',
  'files.simpleDialog.enable': true,
  'editor.accessibilitySupport': 'off',
};

/** Starts a VS Code server on a free loopback port; the caller stops it. */
export async function startEditorServer(
  editor: ServedServer,
  options: EditorServerOptions,
): Promise<EditorServer> {
  // The path must be short: Unix sockets live below it.
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'tl-')));
  const userData = join(folder, 'user');
  const extensions = join(folder, 'extensions');
  await mkdir(join(userData, 'User'), { recursive: true });
  await mkdir(extensions, { recursive: true });
  await writeSettings(folder, {
    'security.workspace.trust.enabled': options.trust ?? false,
    ...options.settings,
  });
  await linkExtensions(extensions, options.extensions ?? []);
  const environment = serverEnvironment(editor, options);
  const folders = ['--user-data-dir', userData, '--extensions-dir', extensions];
  for (const file of options.packages ?? [])
    await executeOrThrow(editor.node, [editor.entry, ...folders, '--install-extension', file], {
      env: environment,
      timeout: 120,
    });

  const logFile = join(folder, 'server.log');
  const log = await open(logFile, 'w');
  const child = spawn(
    editor.node,
    [
      ...[editor.entry, ...folders, '--bind-addr', '127.0.0.1:0', '--config', join(folder, 'none.yaml')],
      ...['--auth', options.password === undefined ? 'none' : 'password'],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...(options.trust ? [] : ['--disable-workspace-trust']),
    ],
    { env: environment, stdio: ['ignore', log.fd, log.fd], detached: true },
  );
  await log.close();
  let exited = false;
  const gone = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  }).then(() => {
    exited = true;
  });
  // A test run that ends early must leave neither the server nor its extension hosts.
  const killGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // All of them have ended.
    }
  };
  process.once('exit', killGroup);
  const readLog = () => readFile(logFile, 'utf8');
  const stop = async () => {
    process.removeListener('exit', killGroup);
    child.kill('SIGTERM');
    await Promise.race([gone, wait(stopLimit, undefined, { ref: false })]);
    killGroup();
    await gone;
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  const end = Date.now() + startLimit;
  for (;;) {
    const text = await readLog();
    const port = Number(/listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1]);
    if (port > 0) return { origin: `http://127.0.0.1:${port}`, port, folder, readLog, stop };
    if (exited || Date.now() > end) {
      await stop();
      throw new Error(`The served VS Code does not start:\n${text}`);
    }
    await wait(30);
  }
}

/** Replaces the user settings; a running window follows. */
export async function writeSettings(
  folder: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const text = JSON.stringify({ ...quietSettings, ...settings }, undefined, 2);
  await writeFile(join(folder, 'user/User/settings.json'), text);
}

/** A link is scanned like an installed extension when the server starts, without packaging. */
async function linkExtensions(folder: string, extensions: readonly string[]): Promise<void> {
  const there = await readdir(folder);
  for (const extension of extensions) {
    const text = await readFile(join(extension, 'package.json'), 'utf8');
    const { publisher, name, version } = JSON.parse(text) as Record<string, string>;
    const link = `${publisher}.${name}-${version}`;
    if (there.includes(link)) await rm(join(folder, link));
    await symlink(extension, join(folder, link));
  }
}

function serverEnvironment(
  editor: ServedServer,
  { environment, password }: EditorServerOptions,
): Record<string, string> {
  // A VS Code that this runs in must not reach into the one that is started.
  const outer = Object.entries(environment).filter(
    ([name]) => !name.startsWith('VSCODE_') && name !== 'PORT' && name !== 'PASSWORD',
  );
  return {
    ...Object.fromEntries(outer),
    PATH: `${dirname(editor.node)}:${environment.PATH ?? ''}`,
    EXTENSIONS_GALLERY: noGallery,
    ...(password === undefined ? {} : { PASSWORD: password }),
  };
}
