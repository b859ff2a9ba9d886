import { commands, type Disposable, type ExtensionContext, workspace } from 'vscode';
import { failureOf } from '../domain/errors/towlineError.ts';
import type { RunRequest } from '../domain/runs/runEvent.ts';
import type { Engine } from '../engine/createEngine.ts';
import { logName } from '../engine/runs/stepReport.ts';
import type { Command, CommandContext } from './commands/commandContext.ts';
import { createLogDocuments } from './documents/createLogDocuments.ts';
import { createProposalDocuments } from './documents/createProposalDocuments.ts';
import { followContextKeys } from './host/contextKeys.ts';
import { createConsent } from './host/createConsent.ts';
import { createMessages } from './host/createMessages.ts';
import { createStatusBar } from './host/createStatusBar.ts';
import { readSetting } from './host/settings.ts';
import { type CommandId, ids } from './ids.ts';
import type { Session } from './state/createSession.ts';
import { createSessions } from './state/createSessions.ts';
import { createStore } from './state/store.ts';
import { createTreeView } from './views/createTreeView.ts';
import { runNodeId, runsTree } from './views/runsTree.ts';
import { servicesTree } from './views/servicesTree.ts';
import type { NodeTarget, TreeNode } from './views/treeNode.ts';

/** What the editor holds of us. */
export interface Extension {
  /** Ends this window's runs in order and lets everything go. */
  stop(): Promise<void>;
}

/** The one place where the extension's parts meet. Reads nothing but the names of the journal's files. */
export function composeExtension(context: ExtensionContext): Extension {
  const owned: Disposable[] = [];
  const own = <T extends Disposable>(part: T): T => {
    owned.push(part);
    return part;
  };
  const store = createStore({
    trusted: workspace.isTrusted,
    folders: 0,
    repositories: [],
    engine: { kind: 'unknown' },
  });
  const proposals = own(createProposalDocuments());
  const consent = own(createConsent(store, proposals));
  const messages = createMessages();

  let loading: Promise<Engine> | undefined;
  const engine = (): Promise<Engine> => {
    loading ??= import('./composePorts.ts').then(({ composeEngine }) =>
      composeEngine(process.env, String(context.extension.packageJSON.version), consent),
    );
    return loading;
  };

  const sessions = own(
    createSessions({ store, engine, isTrusted: () => workspace.isTrusted, onEvent: () => undefined }),
  );
  const logs = own(
    createLogDocuments(async ({ repository, run, service, step }, offset) => {
      const place = sessions.get(repository)?.place;
      return place && (await engine()).readLog(place, run, logName(service, step as 'test'), offset);
    }, Date.now),
  );
  const services = own(createTreeView(ids.views.services, () => servicesTree(store.state, Date.now())));
  const runs = own(createTreeView(ids.views.runs, () => runsTree(store.state, Date.now())));
  own(followContextKeys(store));
  own(createStatusBar(store));
  own(
    store.onChange(({ repository, run }) => {
      services.refresh();
      runs.refresh(repository === undefined || run === undefined ? undefined : runNodeId(repository, run));
      if (repository !== undefined && run !== undefined) logs.moved(repository, run);
    }),
  );

  const readAll = async (): Promise<void> => {
    await Promise.all(
      sessions.all().map(async (session) => {
        await session.readRuns(readSetting('towline.runs.shown'));
        await session.readWorkspace();
      }),
    );
  };
  const show = (): void => {
    if (services.view.visible || runs.view.visible) readUnread().catch(report);
  };
  const readUnread = async (): Promise<void> => {
    await Promise.all(
      sessions.all().map(async ({ key, readRuns, readWorkspace }) => {
        const repository = store.repository(key);
        if (repository?.runs.kind === 'unread') await readRuns(readSetting('towline.runs.shown'));
        if (repository?.workspace.kind === 'unread') await readWorkspace();
      }),
    );
  };
  const follow = (): void => {
    sessions.follow(
      (workspace.workspaceFolders ?? []).flatMap(({ uri }) => (uri.scheme === 'file' ? uri.fsPath : [])),
    );
    show();
  };
  own(services.view.onDidChangeVisibility(show));
  own(runs.view.onDidChangeVisibility(show));
  own(workspace.onDidChangeWorkspaceFolders(follow));
  own(
    workspace.onDidGrantWorkspaceTrust(() => {
      store.update((state) => ({ ...state, trusted: true }));
      readAll().catch(report);
    }),
  );

  const commandContext: CommandContext = {
    store,
    sessions,
    engine,
    consent,
    messages,
    logs,
    proposals,
    views: {
      async showRuns(repository, run) {
        await commands.executeCommand(`${ids.views.runs}.focus`);
        if (repository !== undefined && run !== undefined) await runs.reveal(runNodeId(repository, run));
      },
      selected: () => services.view.selection.map(({ target }) => target),
    },
    run,
    refresh: readAll,
  };

  async function run(session: Session, request: RunRequest, resumes?: number): Promise<void> {
    const started = session.start(request, resumes);
    started.ended.then(
      (state) => tellEnd(session, state.run),
      () => undefined,
    );
    const number = await started.number;
    await commandContext.views.showRuns(session.key, number);
  }

  function tellEnd(_session: Session, _run: number): void {}

  function report(error: unknown): void {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    const { what, why, next } = failureOf(error);
    messages.refuse(`${what}: ${why} ${next}`);
  }

  const register = (id: CommandId, load: () => Promise<Command>): void => {
    own(
      commands.registerCommand(id, async (node?: TreeNode, selection?: readonly TreeNode[]) => {
        try {
          const nodes = selection !== undefined && selection.length > 0 ? selection : node ? [node] : [];
          const targets = nodes.map(({ target }): NodeTarget => target ?? {});
          if (needsTrust.has(id) && !workspace.isTrusted) {
            await commands.executeCommand('workbench.trust.manage');
            return;
          }
          await (await load())(commandContext, targets);
        } catch (error) {
          report(error);
        }
      }),
    );
  };
  const runCommands = () => import('./commands/runCommands.ts');
  const proposalCommands = () => import('./commands/proposalCommands.ts');
  const workspaceCommands = () => import('./commands/workspaceCommands.ts');
  const c = ids.commands;
  register(c.buildAndDeploy, async () => (await runCommands()).buildAndDeploy);
  register(c.buildAndDeployAll, async () => (await runCommands()).buildAndDeployAll);
  register(c.buildAndPush, async () => (await runCommands()).buildAndPush);
  register(c.runAnyway, async () => (await runCommands()).runAnyway);
  register(c.cancelRun, async () => (await runCommands()).cancelRun);
  register(c.retryRun, async () => (await runCommands()).retryRun);
  register(c.showRuns, async () => (await runCommands()).showRuns);
  register(c.showRun, async () => (await runCommands()).showRun);
  register(c.showMoreRuns, async () => (await runCommands()).showMoreRuns);
  register(c.showLog, async () => (await proposalCommands()).showLog);
  register(c.showDiff, async () => (await proposalCommands()).showDiff);
  register(c.approveProposal, async () => (await proposalCommands()).approveProposal);
  register(c.declineProposal, async () => (await proposalCommands()).declineProposal);
  register(c.openComparePage, async () => (await proposalCommands()).openComparePage);
  register(c.copyBranchName, async () => (await proposalCommands()).copyBranchName);
  register(c.discardProposal, async () => (await proposalCommands()).discardProposal);
  register(c.createConfig, async () => (await workspaceCommands()).createConfig);
  register(c.openConfig, async () => (await workspaceCommands()).openConfig);
  register(c.doctor, async () => (await workspaceCommands()).refresh);
  register(c.refresh, async () => (await workspaceCommands()).refresh);
  register(c.startRegistry, async () => (await workspaceCommands()).startRegistry);
  register(c.stopRegistry, async () => (await workspaceCommands()).stopRegistry);
  register(c.removeRegistry, async () => (await workspaceCommands()).removeRegistry);

  follow();
  return {
    async stop() {
      await sessions.stop();
      for (const part of owned.toReversed()) part.dispose();
    },
  };
}

const needsTrust: ReadonlySet<string> = new Set([
  ids.commands.buildAndDeploy,
  ids.commands.buildAndDeployAll,
  ids.commands.buildAndPush,
  ids.commands.runAnyway,
  ids.commands.retryRun,
  ids.commands.showDiff,
  ids.commands.discardProposal,
  ids.commands.createConfig,
  ids.commands.doctor,
  ids.commands.startRegistry,
  ids.commands.stopRegistry,
  ids.commands.removeRegistry,
]);
