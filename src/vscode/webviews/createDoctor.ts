import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { type Disposable, env, ViewColumn, type WebviewPanel, window } from 'vscode';
import type { Engine } from '../../engine/createEngine.ts';
import type { Diagnosis } from '../../engine/doctor/diagnose.ts';
import type { Store } from '../state/store.ts';
import { type DoctorFacts, doctorPage } from './doctorPage.ts';

/** The page that says what a run needs and what of it is there. */
export interface Doctor extends Disposable {
  show(): Promise<void>;
}

export function createDoctor(store: Store, engine: () => Promise<Engine>, version: string): Doctor {
  let panel: WebviewPanel | undefined;
  let looking: AbortController | undefined;

  async function look(): Promise<DoctorFacts> {
    looking?.abort();
    looking = new AbortController();
    const { signal } = looking;
    const { diagnose } = await engine();
    const { repositories } = store.state;
    const places = repositories.length > 0 ? repositories : [{ name: 'No repository', folder: homedir() }];
    return {
      version,
      places: await Promise.all(
        places.map(async ({ name, folder }) => {
          const diagnosis = await diagnose(folder, signal);
          return { name, findings: diagnosis.findings, found: describeFound(diagnosis) };
        }),
      ),
    };
  }

  async function draw(): Promise<void> {
    const nonce = (): string => randomBytes(18).toString('base64url');
    if (panel) panel.webview.html = doctorPage(undefined, nonce());
    const facts = await look();
    if (panel) panel.webview.html = doctorPage(facts, nonce());
  }

  function open(): WebviewPanel {
    const made = window.createWebviewPanel('towline.doctor', 'Towline Doctor', ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [],
    });
    made.webview.onDidReceiveMessage((message: { readonly type?: unknown; readonly text?: unknown }) => {
      if (message.type === 'again') void draw().catch(() => undefined);
      if (message.type === 'copy' && typeof message.text === 'string')
        void env.clipboard.writeText(message.text);
    });
    made.onDidDispose(() => {
      panel = undefined;
      looking?.abort();
    });
    return made;
  }

  return {
    async show() {
      if (panel) panel.reveal();
      else panel = open();
      await draw();
    },
    dispose() {
      looking?.abort();
      panel?.dispose();
    },
  };
}

function describeFound({ opened }: Diagnosis): readonly string[] {
  if (!opened) return [];
  const { services, environments, problems } = opened.workspace;
  const list = (names: readonly { readonly name: string }[]): string =>
    names.map(({ name }) => name).join(', ') || 'none';
  return [
    `Services: ${list(services)}`,
    `Environments: ${list(environments)}`,
    ...problems.map(({ severity, message }) => `${severity}: ${message}`),
  ];
}
