import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { EditorServer } from './editorServer.ts';

export interface PageOptions {
  /** Extension folders to load in development mode. */
  readonly development?: readonly string[];
  /** A module whose `run` the extension host calls, then ends. */
  readonly tests?: string;
}

/** No sandbox: tests run as root in CI. */
export const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const leaveLimit = 10_000;

/**
 * Edits the workbench's start-up configuration, an attribute of the page, before its modules read it. The
 * documented way, a query of the page's address, counts as a smoke test, which shows no notifications.
 */
export async function configurePage(page: Page, server: EditorServer, options: PageOptions): Promise<void> {
  const toUri = (path: string) => ({
    scheme: 'vscode-remote',
    authority: `127.0.0.1:${server.port}`,
    path,
  });
  const development = {
    ...(options.development ? { extensions: options.development.map(toUri) } : {}),
    ...(options.tests === undefined ? {} : { extensionTestsPath: toUri(options.tests) }),
  };
  await page.addInitScript(editConfiguration, development);
}

/** Runs in the browser. Without the proxy's address links to localhost stay as they are. */
function editConfiguration(development: Readonly<Record<string, unknown>>): void {
  const { document } = globalThis as unknown as {
    document: {
      readonly readyState: string;
      addEventListener(type: string, listener: () => void): void;
      getElementById(id: string): {
        getAttribute(name: string): string;
        setAttribute(name: string, value: string): void;
      } | null;
    };
  };
  document.addEventListener('readystatechange', () => {
    const element = document.getElementById('vscode-workbench-web-configuration');
    if (document.readyState !== 'interactive' || element === null) return;
    const configuration = JSON.parse(element.getAttribute('data-settings'));
    configuration.developmentOptions = { ...configuration.developmentOptions, ...development };
    delete configuration.productConfiguration.proxyEndpointTemplate;
    element.setAttribute('data-settings', JSON.stringify(configuration));
  });
}

/** Keeps what goes wrong in a page from now on; what is returned tells it, and what the page still waits for. */
export function hearPage(page: Page): () => string[] {
  const heard: string[] = [];
  const asked = new Set<string>();
  page.on('request', (request) => asked.add(request.url()));
  page.on('requestfinished', (request) => asked.delete(request.url()));
  page.on('requestfailed', (request) => {
    asked.delete(request.url());
    heard.push(`request failed: ${request.failure()?.errorText} ${request.url()}`);
  });
  page.on('websocket', (socket) => {
    socket.on('socketerror', (error) => heard.push(`socket failed: ${error} ${socket.url()}`));
    socket.on('close', () => heard.push(`socket closed: ${socket.url()}`));
  });
  page.on('console', (message) => {
    if (message.type() === 'error') heard.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => heard.push(`error: ${error.stack ?? error.message}`));
  page.on('crash', () => heard.push('The page crashed.'));
  return () => [...heard, ...[...asked].map((url) => `not answered: ${url}`)];
}

/** Lets the extension host end in order, so that `deactivate` runs. Call before the browser is closed. */
export async function leavePage(page: Page, server: EditorServer): Promise<void> {
  await page.goto('about:blank').catch(() => undefined);
  const end = Date.now() + leaveLimit;
  while (!(await server.readLog()).includes('Extension Host Process exited') && Date.now() < end)
    await wait(50);
}
