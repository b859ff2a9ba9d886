import { env, Uri, window, workspace } from 'vscode';
import type { ProposeOutput } from '../../domain/runs/stepOutput.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { KeptRun } from '../../engine/runs/readRun.ts';
import type { NodeTarget } from '../views/treeNode.ts';
import type { Command, CommandContext } from './commandContext.ts';
import { pickOne } from './pick.ts';
import { chooseRun } from './runCommands.ts';

interface Proposal {
  readonly repository: string;
  readonly run: number;
  readonly service: string;
  readonly output: ProposeOutput;
}

export function proposalsOf(repository: string, { state }: KeptRun): readonly Proposal[] {
  return state.services.flatMap(({ name, steps }) =>
    steps.flatMap(({ result }) => {
      if (result?.outcome !== 'passed' && result?.outcome !== 'reused') return [];
      const { output } = result;
      if (output.step !== 'propose' || output.commit === output.baseCommit) return [];
      return [{ repository, run: state.run, service: name, output }];
    }),
  );
}

async function chooseProposal(
  context: CommandContext,
  target: NodeTarget | undefined,
  question: string,
): Promise<Proposal | undefined> {
  const all = context.store.state.repositories.flatMap(({ key, runs }) =>
    runs.shown
      .filter(({ state }) => target?.run === undefined || state.run === target.run)
      .flatMap((run) => proposalsOf(key, run)),
  );
  const fitting = all.filter(
    ({ repository, service, output }) =>
      (target?.repository === undefined || repository === target.repository) &&
      (target?.service === undefined || service === target.service) &&
      (target?.environment === undefined || output.environment === target.environment),
  );
  // The newest says what the branch is; what older runs put there is history.
  const newest = fitting.filter(
    (proposal, index) =>
      fitting.findIndex(
        ({ repository, output }) =>
          repository === proposal.repository && output.branch === proposal.output.branch,
      ) === index,
  );
  if (newest.length === 0) context.messages.refuse('There is no proposal yet: Build and Deploy makes one.');
  return pickOne(question, newest, ({ service, output, run }) => ({
    label: `${service} → ${output.environment}`,
    description: `${output.branch} · #${run}`,
  }));
}

export const showDiff: Command = async (context, [target]) => {
  if (await context.consent.show(target ?? {})) return;
  const proposal = await chooseProposal(context, target, 'Show which proposal?');
  const session = proposal && context.sessions.get(proposal.repository);
  if (!proposal || !session) return;
  const { output, run, service } = proposal;
  const title = visibleText(`${service} → ${output.environment} (run ${run})`);
  const opened = await session.open();
  const files = await (await context.engine())
    .readProposedFiles(opened, output, new AbortController().signal)
    .catch(() => undefined);
  if (files) return context.proposals.show(`run ${run} ${output.branch}`, title, files);
  // Git has dropped the objects; the record still has the lines.
  const document = await workspace.openTextDocument({ language: 'diff', content: visibleText(output.diff) });
  await window.showTextDocument(document, { preview: true });
};

export const approveProposal: Command = ({ consent, messages }, [target]) => {
  if (!consent.answer(target ?? {}, 'approved'))
    messages.refuse('No proposal waits for an answer in this window.');
};

export const declineProposal: Command = ({ consent, messages }, [target]) => {
  if (!consent.answer(target ?? {}, 'declined'))
    messages.refuse('No proposal waits for an answer in this window.');
};

export const openComparePage: Command = async (context, [target]) => {
  const proposal = await chooseProposal(context, target, 'Compare which proposal?');
  if (!proposal) return;
  const { compareUrl, branch, remote } = proposal.output;
  if (compareUrl === undefined)
    context.messages.refuse(
      remote
        ? `The pages of ${remote.url} are not known. The branch is ${branch}.`
        : `${branch} is a local branch: the repository has no remote.`,
    );
  else await env.openExternal(Uri.parse(compareUrl, true));
};

export const copyBranchName: Command = async (context, [target]) => {
  const proposal = await chooseProposal(context, target, 'Copy which branch?');
  if (!proposal) return;
  await env.clipboard.writeText(proposal.output.branch);
  window.setStatusBarMessage(`Copied ${visibleText(proposal.output.branch)}`, 3_000);
};

export const discardProposal: Command = async (context, [target]) => {
  const proposal = await chooseProposal(context, target, 'Discard which proposal?');
  const session = proposal && context.sessions.get(proposal.repository);
  if (!proposal || !session) return;
  const { branch, remote, environment } = proposal.output;
  const where = remote ? ` on ${remote.url}` : '';
  const answer = await window.showWarningMessage(
    visibleText(`Discard the proposal of ${proposal.service} to ${environment}?`),
    {
      modal: true,
      detail: visibleText(`Deletes the branch ${branch}${where}. The image stays in the registry.`),
    },
    'Delete Branch',
  );
  if (answer !== 'Delete Branch') return;
  const opened = await session.open();
  const discarded = await (await context.engine()).discard(
    opened,
    environment,
    proposal.service,
    new AbortController().signal,
  );
  context.messages.tell(
    discarded.commit
      ? `Deleted ${branch}${where}.`
      : `There is no ${branch}${where} any more: nothing to discard.`,
  );
};

export const showLog: Command = async (context, [target]) => {
  const chosen = await chooseRun(context, target, () => true, 'Show the log of which run?');
  const repository = chosen && context.store.repository(chosen.repository);
  if (!chosen || !repository) return;
  const { state } = chosen.run;
  const steps = state.services
    .filter(({ name }) => target?.service === undefined || name === target.service)
    .flatMap(({ name, steps }) =>
      steps
        .filter(({ step, startedAt }) => startedAt !== undefined && (!target?.step || step === target.step))
        .map(({ step, result }) => ({ service: name, step, failed: result?.outcome === 'failed' })),
    );
  const failed = steps.filter((step) => step.failed);
  const wanted = await pickOne('Which log?', failed.length > 0 ? failed : steps, ({ service, step }) => ({
    label: `${step} ${service}`,
  }));
  if (!wanted) {
    if (steps.length === 0)
      context.messages.refuse('Nothing ran there: its results were reused, so there is no output.');
    return;
  }
  await context.logs.open({
    repository: repository.key,
    name: repository.name,
    run: state.run,
    service: wanted.service,
    step: wanted.step,
  });
};
