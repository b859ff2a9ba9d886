import { join } from 'node:path';
import { commands, type ExtensionContext, window, workspace } from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import { failureOf } from '../domain/errors/towlineError.ts';
import type { Engine } from '../engine/createEngine.ts';
import { logName } from '../engine/runs/stepReport.ts';
import { askInWindow } from './askpass/askInWindow.ts';
import { createAskpass } from './askpass/createAskpass.ts';
import type { CommandContext } from './commands/commandContext.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { composeClusters } from './composeClusters.ts';
import { composeDelivery } from './composeDelivery.ts';
import { createLogDocuments } from './documents/createLogDocuments.ts';
import { createProposalDocuments } from './documents/createProposalDocuments.ts';
import { createConfigLanguage } from './host/configLanguage.ts';
import { followContextKeys } from './host/contextKeys.ts';
import { createConsent } from './host/createConsent.ts';
import { createMessages } from './host/createMessages.ts';
import { createProblems } from './host/createProblems.ts';
import { createRunner } from './host/createRunner.ts';
import { createStatusBar } from './host/createStatusBar.ts';
import { createTestExplorer } from './host/createTestExplorer.ts';
import { failureText } from './host/failureText.ts';
import { createGoingRuns } from './host/interruptedRuns.ts';
import type { ids } from './ids.ts';
import { createReader } from './state/createReader.ts';
import { createSessions } from './state/createSessions.ts';
import { createStore } from './state/store.ts';
import { createViews } from './views/createViews.ts';
import { createDoctor } from './webviews/createDoctor.ts';

/** What the editor holds of us. */
export interface Extension {
  /** Ends this window's runs in order and lets everything go. */
  stop(): Promise<void>;
}

/** The one place where the extension's parts meet. Reads nothing but the names of the journal's files. */
export function composeExtension(context: ExtensionContext): Extension {
  const owned: Disposable[] = [];
  function own<T extends Disposable>(part: T): T {
    owned.push(part);
    return part;
  }
  const version = String(context.extension.packageJSON.version);
  const store = createStore({
    trusted: workspace.isTrusted,
    folders: 0,
    repositories: [],
    engine: { kind: 'unknown' },
  });
  const messages = createMessages();
  const proposals = own(createProposalDocuments());
  const consent = own(createConsent(store, proposals));

  const askpass = own(
    createAskpass(join(context.extensionPath, 'dist', 'extension', 'askpass.js'), askInWindow),
  );
  const loadPorts = () => import('./composePorts.ts');
  let loading: Promise<Engine> | undefined;
  const engine = (): Promise<Engine> => {
    loading ??= Promise.all([loadPorts(), askpass.environment()]).then(([{ composeEngine }, asking]) =>
      composeEngine({ ...process.env, ...asking }, version, consent),
    );
    return loading;
  };

  const isTrusted = (): boolean => workspace.isTrusted;
  const sessions = own(createSessions({ store, engine, isTrusted }));
  const reader = own(createReader(store, sessions, engine));
  const logs = own(
    createLogDocuments(async ({ repository, run, service, step }, offset) => {
      const place = sessions.get(repository)?.place;
      return place && (await engine()).readLog(place, run, logName(service, step), offset);
    }, Date.now),
  );
  const clusters = own(composeClusters(store, engine, report, Date.now));
  const delivery = own(composeDelivery(sessions, engine, Date.now));
  const views = own(createViews(store, [clusters.shown, delivery.shown], Date.now));
  const runner = createRunner({
    sessions,
    messages,
    going: createGoingRuns(context.workspaceState),
    showRun: (repository, run) => void views.showRuns(repository, run).catch(report),
    execute: (command, target) => void commands.executeCommand(command, { target }),
    isWatched: views.areRunsVisible,
    now: Date.now,
  });
  const doctor = own(createDoctor(store, engine, version));
  own(followContextKeys(store));
  own(createStatusBar(store));
  own(createProblems(store));
  own(createTestExplorer({ store, sessions, read: reader.readUnread, run: runner.runQuietly }));
  own(
    createConfigLanguage({
      language: async () => (await loadPorts()).composeConfigLanguage(),
      findProblems: async (text, file) => (await loadPorts()).findConfigProblems(text, file),
    }),
  );
  own(
    store.onChange(({ repository, run }) => {
      if (repository !== undefined && run !== undefined) logs.moved(repository, run);
    }),
  );

  function report(error: unknown): void {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    messages.refuse(failureText(failureOf(error)));
  }

  const commandContext: CommandContext = {
    store,
    sessions,
    engine,
    consent,
    messages,
    logs,
    proposals,
    doctor,
    clusters,
    delivery,
    views,
    async run(session, request, resumes) {
      await runner.start(session, request, resumes);
      // What failed for want of an engine should say so in the views, and stop saying so when it is back.
      void reader.checkEngine().catch(() => undefined);
    },
    refresh: reader.readAgain,
  };
  own(registerCommands(commandContext, report));

  function readShown(): void {
    if (views.areVisible()) reader.readUnread().catch(report);
  }
  function followFolders(): void {
    const folders = workspace.workspaceFolders ?? [];
    sessions.follow(
      folders.flatMap(({ uri, name }) => (uri.scheme === 'file' ? { path: uri.fsPath, name } : [])),
    );
    readShown();
  }
  own(views.onShown(readShown));
  own(
    delivery.shown.view.onDidChangeVisibility(({ visible }) => {
      if (visible && workspace.isTrusted) delivery.findLeft().catch(report);
    }),
  );
  own(workspace.onDidChangeWorkspaceFolders(followFolders));
  own(
    workspace.onDidGrantWorkspaceTrust(() => {
      store.update((state) => ({ ...state, trusted: true }));
      clusters.trust();
      reader.readAgain().catch(report);
      runner.resume().catch(report);
    }),
  );
  own(
    workspace.onDidChangeConfiguration((change) => {
      const shown: keyof typeof ids.settings = 'towline.runs.shown';
      if (change.affectsConfiguration(shown) && views.areVisible()) reader.readAgain().catch(report);
    }),
  );
  own(
    window.onDidChangeWindowState(({ focused }) => {
      // Git may have moved while the user was elsewhere; finding again is cheap when nothing has.
      if (focused && views.areVisible()) reader.readUnread().catch(report);
    }),
  );

  followFolders();
  // Something goes on here, or did when the window was last open: then it is shown before anybody looks.
  if (sessions.unfinished()) reader.readRuns().catch(report);
  if (workspace.isTrusted) runner.resume().catch(report);

  return {
    async stop() {
      await Promise.all([sessions.stop(), clusters.stop(), delivery.stop()]);
      for (const part of owned.toReversed()) part.dispose();
    },
  };
}
