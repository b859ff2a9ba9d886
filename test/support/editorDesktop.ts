import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DesktopEditor } from '../lab/editorInstall.ts';
import { hearPage } from '../lab/editorPage.ts';
import { writeSettings } from '../lab/editorServer.ts';
import { executeOrThrow } from '../lab/execute.ts';
import { settingsByFile, settingsFile, type WindowOptions, type WorkbenchPage } from './editorLab.ts';

/** Dialogs and menus as parts of the page, which tests can click. */
const customLook = { 'window.dialogStyle': 'custom', 'window.titleBarStyle': 'custom' };

/** Starts a downloaded VS Code with folders of its own. */
export async function openDesktopPage(
  { executable }: DesktopEditor,
  extension: string,
  { open, environment, settings, trust, packaged }: WindowOptions,
): Promise<WorkbenchPage> {
  const { _electron } = await import('playwright-core');
  const folder = await mkdtemp(join(tmpdir(), 'tl-'));
  await mkdir(join(folder, 'user/User'), { recursive: true });
  await writeSettings(folder, {
    ...customLook,
    'security.workspace.trust.enabled': trust ?? false,
    'security.workspace.trust.startupPrompt': 'never',
    ...settings,
  });
  const folders = ['--user-data-dir', join(folder, 'user'), '--extensions-dir', join(folder, 'extensions')];
  if (packaged !== undefined) {
    const { resolveCliArgsFromVSCodeExecutablePath } = await import('@vscode/test-electron');
    const [command = executable, ...words] = resolveCliArgsFromVSCodeExecutablePath(executable);
    await executeOrThrow(command, [...words, ...folders, '--install-extension', packaged], { timeout: 120 });
  }
  const application = await _electron.launch({
    executablePath: executable,
    env: {
      ...environment,
      TOWLINE_LAB_SETTINGS: settingsFile(folder),
      ...(process.env.DISPLAY ? { DISPLAY: process.env.DISPLAY } : {}),
    },
    args: [
      ...(open === undefined ? [] : [open]),
      ...folders,
      `--extensionDevelopmentPath=${settingsByFile}`,
      ...(packaged === undefined ? [`--extensionDevelopmentPath=${extension}`] : []),
      ...(trust ? [] : ['--disable-workspace-trust']),
      ...['--skip-welcome', '--skip-release-notes', '--disable-updates', '--no-sandbox'],
    ],
  });
  const page = await application.firstWindow();
  const heard = hearPage(page);
  return {
    page,
    folder,
    describe: () => Promise.resolve(heard().join('\n')),
    async close() {
      await application.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
