import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { ServedEditor } from '../lab/editorInstall.ts';
import { configurePage, leavePage } from '../lab/editorPage.ts';
import { startEditorServer } from '../lab/editorServer.ts';
import { settingsByFile, settingsFile, type WindowOptions, type WorkbenchPage } from './editorLab.ts';
import { waitLimit } from './editorWindow.ts';

/** Starts a server for one window and opens it. */
export async function openServedPage(
  editor: ServedEditor,
  browser: Browser,
  extension: string,
  { open, environment, settings, trust, packaged }: WindowOptions,
): Promise<WorkbenchPage> {
  const folder = await mkdtemp(join(tmpdir(), 'tl-'));
  const server = await startEditorServer(editor, {
    folder,
    environment: { ...environment, TOWLINE_LAB_SETTINGS: settingsFile(folder) },
    trust: trust ?? false,
    settings: { 'security.workspace.trust.startupPrompt': 'never', ...settings },
    extensions: [settingsByFile, ...(packaged === undefined ? [extension] : [])],
    packages: packaged === undefined ? [] : [packaged],
  });
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  const query =
    open === undefined
      ? { ew: 'true' }
      : { [open.endsWith('.code-workspace') ? 'workspace' : 'folder']: open };
  const close = async (): Promise<void> => {
    await leavePage(page, server);
    await context.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await configurePage(page, server, {});
    await page.goto(`${server.origin}/?${new URLSearchParams(query)}`, { timeout: waitLimit });
  } catch (error) {
    await close();
    throw error;
  }
  return { page, folder, close };
}
