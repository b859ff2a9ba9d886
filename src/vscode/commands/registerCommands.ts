import { commands, Disposable, workspace } from 'vscode';
import { type CommandId, ids } from '../ids.ts';
import type { NodeTarget, TreeNode } from '../views/treeNode.ts';
import type { Command, CommandContext } from './commandContext.ts';

interface Entry {
  readonly load: () => Promise<Command>;
  /** Starts programs, or writes: refused in code, too, until the workspace is trusted. */
  readonly needsTrust: boolean;
}

function commandTable(): Readonly<Record<CommandId, Entry>> {
  const { commands: c } = ids;
  const runs = () => import('./runCommands.ts');
  const proposals = () => import('./proposalCommands.ts');
  const other = () => import('./workspaceCommands.ts');
  const view = () => import('./clusters/viewCommands.ts');
  const look = () => import('./clusters/lookCommands.ts');
  const forwards = () => import('./clusters/forwardCommands.ts');
  const changes = () => import('./clusters/changeCommands.ts');
  const trails = () => import('./delivery/trailCommands.ts');
  const rehearsals = () => import('./delivery/rehearsalCommands.ts');
  const agents = () => import('./delivery/agentCommands.ts');
  const localCluster = () => import('./clusters/localClusterCommands.ts');
  const trusted = (load: () => Promise<Command>): Entry => ({ load, needsTrust: true });
  const always = (load: () => Promise<Command>): Entry => ({ load, needsTrust: false });
  return {
    [c.buildAndDeploy]: trusted(async () => (await runs()).buildAndDeploy),
    [c.buildAndDeployAll]: trusted(async () => (await runs()).buildAndDeployAll),
    [c.buildAndPush]: trusted(async () => (await runs()).buildAndPush),
    [c.runAnyway]: trusted(async () => (await runs()).runAnyway),
    [c.cancelRun]: always(async () => (await runs()).cancelRun),
    [c.retryRun]: trusted(async () => (await runs()).retryRun),
    [c.showRuns]: always(async () => (await runs()).showRuns),
    [c.showRun]: always(async () => (await runs()).showRun),
    [c.showMoreRuns]: always(async () => (await runs()).showMoreRuns),
    [c.showLog]: always(async () => (await proposals()).showLog),
    [c.showDiff]: trusted(async () => (await proposals()).showDiff),
    [c.approveProposal]: trusted(async () => (await proposals()).approveProposal),
    [c.declineProposal]: trusted(async () => (await proposals()).declineProposal),
    [c.openComparePage]: always(async () => (await proposals()).openComparePage),
    [c.copyBranchName]: always(async () => (await proposals()).copyBranchName),
    [c.discardProposal]: trusted(async () => (await proposals()).discardProposal),
    [c.createConfig]: trusted(async () => (await other()).createConfig),
    [c.openConfig]: trusted(async () => (await other()).openConfig),
    [c.doctor]: trusted(async () => (await other()).doctor),
    [c.refresh]: always(async () => (await other()).refresh),
    [c.startRegistry]: trusted(async () => (await other()).startRegistry),
    [c.stopRegistry]: trusted(async () => (await other()).stopRegistry),
    [c.removeRegistry]: trusted(async () => (await other()).removeRegistry),
    [c.showClusters]: always(async () => (await view()).showClusters),
    [c.refreshClusters]: trusted(async () => (await view()).refreshClusters),
    [c.retryCluster]: trusted(async () => (await view()).retryCluster),
    [c.filterClusters]: always(async () => (await view()).filterClusters),
    [c.showOnlyUnhealthy]: always(async () => (await view()).showOnlyUnhealthy),
    [c.showOnlyOurs]: always(async () => (await view()).showOnlyOurs),
    [c.showOnlyNamespace]: always(async () => (await view()).showOnlyNamespace),
    [c.clearClusterFilter]: always(async () => (await view()).clearClusterFilter),
    [c.followLogs]: trusted(async () => (await look()).followLogs),
    [c.showPreviousLogs]: trusted(async () => (await look()).showPreviousLogs),
    [c.showLogsSince]: trusted(async () => (await look()).showLogsSince),
    [c.showVerdict]: trusted(async () => (await look()).showVerdict),
    [c.openManifest]: trusted(async () => (await import('./clusters/manifestCommands.ts')).openManifest),
    [c.describeObject]: trusted(async () => (await look()).describeObject),
    [c.showEvents]: trusted(async () => (await look()).showEvents),
    [c.copyObjectName]: always(async () => (await look()).copyObjectName),
    [c.copyImage]: always(async () => (await look()).copyImage),
    [c.forwardPort]: trusted(async () => (await forwards()).forwardPort),
    [c.openForward]: trusted(async () => (await forwards()).openForward),
    [c.copyForwardAddress]: always(async () => (await forwards()).copyForwardAddress),
    [c.stopForward]: trusted(async () => (await forwards()).stopForward),
    [c.openShell]: trusted(async () => (await changes()).openShell),
    [c.restartWorkload]: trusted(async () => (await changes()).restartWorkload),
    [c.scaleWorkload]: trusted(async () => (await changes()).scaleWorkload),
    [c.deleteObject]: trusted(async () => (await changes()).deleteObject),
    [c.createLocalCluster]: trusted(async () => (await localCluster()).createLocalCluster),
    [c.deleteLocalCluster]: trusted(async () => (await localCluster()).deleteLocalCluster),
    [c.diagnoseLocalCluster]: trusted(async () => (await localCluster()).diagnoseLocalCluster),
    [c.whereIsCommit]: trusted(async () => (await trails()).whereIsCommit),
    [c.askTrailAgain]: trusted(async () => (await trails()).askTrailAgain),
    [c.refreshAgents]: trusted(async () => (await trails()).refreshAgents),
    [c.forgetTrail]: always(async () => (await trails()).forgetTrail),
    [c.rehearse]: trusted(async () => (await rehearsals()).rehearse),
    [c.openRehearsal]: trusted(async () => (await rehearsals()).openRehearsal),
    [c.endRehearsal]: trusted(async () => (await rehearsals()).endRehearsal),
    [c.showRehearsalDiff]: trusted(async () => (await rehearsals()).showRehearsalDiff),
    [c.forgetRehearsal]: trusted(async () => (await rehearsals()).forgetRehearsal),
    [c.removeRehearsal]: trusted(async () => (await rehearsals()).removeRehearsal),
    [c.showLiveDiff]: trusted(async () => (await import('./delivery/diffCommands.ts')).showLiveDiff),
    [c.followBranch]: trusted(async () => (await agents()).followBranch),
    [c.pauseAgent]: trusted(async () => (await agents()).pauseAgent),
    [c.resumeAgent]: trusted(async () => (await agents()).resumeAgent),
    [c.reconcileAgent]: trusted(async () => (await agents()).reconcileAgent),
    [c.endAgent]: trusted(async () => (await agents()).endAgent),
    [c.forgetAgent]: trusted(async () => (await agents()).forgetAgent),
  };
}

/** Makes every contributed command work; what each does is loaded when it is first used. */
export function registerCommands(context: CommandContext, report: (error: unknown) => void): Disposable {
  const registered = Object.entries(commandTable()).map(([id, { load, needsTrust }]) =>
    commands.registerCommand(id, async (pointed?: Pointed, selection?: Selection) => {
      try {
        if (needsTrust && !workspace.isTrusted) {
          await commands.executeCommand('workbench.trust.manage');
          return;
        }
        await (await load())(context, await targetsOf(context, pointed, selection));
      } catch (error) {
        report(error);
      }
    }),
  );
  return Disposable.from(...registered);
}

/** What a command's first argument may be: a node from a menu, or the view a key was pressed in, as package.json says. */
type Pointed = Partial<TreeNode> & { readonly view?: string };

/** Lines that are selected; undefined for one that the editor is just drawing anew. */
type Selection = readonly (TreeNode | undefined)[];

/** What a menu names, or what is selected where a key was pressed. The palette names nothing: then it is asked for. */
async function targetsOf(
  { views }: CommandContext,
  pointed: Pointed | undefined,
  selection: Selection | undefined,
): Promise<readonly NodeTarget[]> {
  if (Array.isArray(selection) && selection.length > 0) {
    const known = (selection as Selection).flatMap((node) => node?.target ?? []);
    // A part of what was selected is not what was meant: then it is asked for.
    return known.length === selection.length ? known : [];
  }
  if (pointed?.target) return [pointed.target];
  // Menus of an editor name its document, which says nothing here.
  return pointed?.view === undefined ? [] : views.selected(pointed.view);
}
