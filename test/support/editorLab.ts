import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { ensureEditor, type LabEditor } from '../lab/editorInstall.ts';
import { browserArguments } from '../lab/editorPage.ts';
import { openDesktopPage } from './editorDesktop.ts';
import { openServedPage } from './editorServed.ts';
import { createWindow, type EditorWindow } from './editorWindow.ts';
import { patience } from './patience.ts';
import { skipTest } from './skipTest.ts';

export interface WindowOptions {
  /** Folder or `.code-workspace` file to open; none opens an empty window. */
  readonly open?: string;
  /** The whole environment of the extension host. */
  readonly environment: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether Workspace Trust is on; the window starts restricted then. */
  readonly trust?: boolean;
  /** Install this packaged extension in place of the repository's bundle. */
  readonly packaged?: string;
}

/** A page that shows the workbench, served or of a desktop VS Code. */
export interface WorkbenchPage {
  readonly page: import('playwright-core').Page;
  /** Everything the editor wrote. */
  readonly folder: string;
  /** What went wrong in the page, and what the editor wrote last. */
  describe(): Promise<string>;
  close(): Promise<void>;
}

export interface EditorLab {
  /** A window with an editor of its own, closed after the test. */
  openWindow(options: WindowOptions): Promise<EditorWindow>;
}

/** Milliseconds a test may take that opens a window. */
const testLimit = 240_000 * patience;
const root = join(import.meta.dirname, '../..');
/** The extension's folder with its bundle in `dist/extension`. */
export const extensionFolder = process.env.TOWLINE_EXTENSION ?? root;
/** An extension of the lab's. */
export const settingsByFile = join(import.meta.dirname, 'editorSettings');
const results = join(root, 'test-results');

/** Call inside a `describe`: windows of a real VS Code, and a picture of the window where a test fails. */
export function useEditor(): EditorLab {
  let editor: LabEditor;
  let browser: Browser | undefined;
  const windows: EditorWindow[] = [];
  /** Opened for a test that may be over by the time they are there. */
  const late = new Set<Promise<WorkbenchPage>>();

  before(async function () {
    this.timeout(testLimit);
    try {
      const given = process.env.TOWLINE_LAB_VSCODE;
      editor =
        given === undefined
          ? await ensureEditor({ install: false, say: () => undefined })
          : (JSON.parse(given) as LabEditor);
    } catch (error) {
      skipTest(this, error instanceof Error ? error.message : String(error));
    }
    mkdirSync(results, { recursive: true });
    if (editor.kind === 'desktop') return;
    const { chromium } = await import('playwright-core');
    browser = await chromium.launch({ executablePath: editor.chromium, args: browserArguments });
  });
  beforeEach(function () {
    this.currentTest?.timeout(testLimit);
  });
  afterEach(async function () {
    this.timeout(testLimit);
    const test = this.currentTest;
    const picture = join(results, `failed-${slug(test?.fullTitle() ?? '')}.png`);
    rmSync(picture, { force: true });
    for (const window of windows.splice(0).reverse()) {
      if (test?.state === 'failed') {
        await window.page.screenshot({ path: picture }).catch(() => undefined);
        // The picture stays on the machine; the log may be all that is left of it.
        process.stderr.write(`${await window.describe().catch(String)}\n`);
      }
      await window.close();
    }
    for (const opening of late)
      await opening.then(
        ({ close }) => close(),
        () => undefined,
      );
    late.clear();
  });
  after(async () => {
    await browser?.close();
  });

  return {
    async openWindow(options) {
      const dark = { ...options, settings: { 'workbench.colorTheme': 'Dark Modern', ...options.settings } };
      const opening =
        editor.kind === 'desktop'
          ? openDesktopPage(editor, extensionFolder, dark)
          : openServedPage(editor, required(browser), extensionFolder, dark);
      late.add(opening);
      const opened = await opening;
      late.delete(opening);
      const window = createWindow(opened, settingsFile(opened.folder));
      windows.push(window);
      await window.ready();
      return window;
    },
  };
}

/** What `settingsByFile` reads. */
export function settingsFile(folder: string): string {
  return join(folder, 'settings-by-file.json');
}

function required(browser: Browser | undefined): Browser {
  if (browser === undefined) throw new Error('The browser has not been started.');
  return browser;
}

function slug(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}
