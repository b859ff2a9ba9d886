import type { DesktopEditor, LabEditor, ServedEditor } from './editorInstall.ts';
import { browserArguments, configurePage } from './editorPage.ts';
import { startEditorServer } from './editorServer.ts';

export interface HostRun {
  /** A module whose `run` the extension host calls, then ends. */
  readonly module: string;
  /** Folder that the window opens. */
  readonly open: string;
  /** Folders of extensions, loaded in development mode. */
  readonly extensions: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Prints what the editor itself says as well. */
  readonly verbose: boolean;
  /** Printed by the module before anything of its own; nothing is shown before it. */
  readonly begins: string;
}

const runLimit = 600_000;
const navigationLimit = 120_000;
/** What the workbench says while it starts and ends. */
const editorWords =
  /^(Ignoring fetching|Updating additional builtin|\[A|Canceled|\[uncaught exception|Creation of workbench contribution|Extension host \(|Aborted onWill)/;

/**
 * Opens a window of a real VS Code and runs a module in its extension host; gives the exit code. A host that dies ends
 * with 0 as well: the module must leave something that proves it came to its end.
 */
export function runInExtensionHost(editor: LabEditor, run: HostRun): Promise<number> {
  return editor.kind === 'served' ? runServed(editor, run) : runDesktop(editor, run);
}

async function runServed(editor: ServedEditor, run: HostRun): Promise<number> {
  const { chromium } = await import('playwright-core');
  const server = await startEditorServer(editor, {
    environment: run.environment,
    ...(run.settings ? { settings: run.settings } : {}),
  });
  const browser = await chromium.launch({ executablePath: editor.chromium, args: browserArguments });
  try {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultNavigationTimeout(navigationLimit);
    const ended = Promise.withResolvers<number>();
    let speaking = run.verbose;
    let over = false;
    // The page calls these two where they exist, as VS Code's own automation does.
    await page.exposeFunction('codeAutomationLog', (_type: string, words: readonly unknown[]) => {
      if (words[0] === run.begins) speaking = true;
      else if (speaking && !over && (run.verbose || !editorWords.test(String(words[0]))))
        console.log(...words);
    });
    await page.exposeFunction('codeAutomationExit', (code: number) => {
      over = true;
      ended.resolve(code);
    });
    page.on('crash', () => ended.reject(new Error('The browser page crashed.')));
    const limit = setTimeout(() => ended.reject(new Error(`No end after ${runLimit / 1000} s.`)), runLimit);
    await configurePage(page, server, { development: run.extensions, tests: run.module });
    await page.goto(`${server.origin}/?${new URLSearchParams({ folder: run.open })}`);
    return await ended.promise.finally(() => clearTimeout(limit));
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function runDesktop(editor: DesktopEditor, run: HostRun): Promise<number> {
  const { runTests } = await import('@vscode/test-electron');
  return await runTests({
    vscodeExecutablePath: editor.executable,
    extensionDevelopmentPath: [...run.extensions],
    extensionTestsPath: run.module,
    extensionTestsEnv: { ...run.environment },
    launchArgs: [run.open, '--disable-extensions', '--disable-workspace-trust', '--skip-welcome'],
  });
}
