import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { ServedEditor } from '../lab/editorInstall.ts';
import { configurePage, hearPage, leavePage } from '../lab/editorPage.ts';
import { startEditorServer } from '../lab/editorServer.ts';
import { settingsByFile, settingsFile, type WindowOptions, type WorkbenchPage } from './editorLab.ts';
import { waitLimit } from './editorWindow.ts';

/** How much of the server's log is told. */
const logEnd = 2000;

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
  const heard = hearPage(page);
  const describe = async (): Promise<string> =>
    [...heard(), (await server.readLog()).slice(-logEnd)].join('\n');
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
    await showWorkbench(page, describe);
  } catch (error) {
    await close();
    throw error;
  }
  return { page, folder, describe, close };
}

/**
 * Now and then a page of a served VS Code stays empty, long before it starts an extension. It is opened again, as a
 * user would, and what it said is told.
 */
async function showWorkbench(page: Page, describe: () => Promise<string>): Promise<void> {
  const workbench = page.locator('.monaco-workbench');
  try {
    await workbench.waitFor({ timeout: waitLimit / 2 });
  } catch {
    process.stderr.write(`The editor's page stayed empty and is opened again.\n${await describe()}\n`);
    await page.reload({ timeout: waitLimit });
    await workbench.waitFor({ timeout: waitLimit });
  }
}
