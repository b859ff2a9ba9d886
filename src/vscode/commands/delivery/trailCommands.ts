import { window } from 'vscode';
import { visibleText } from '../../../domain/text/visibleText.ts';
import { ids } from '../../ids.ts';
import { chooseSession } from '../chooseSession.ts';
import type { Command } from '../commandContext.ts';

export const whereIsCommit: Command = async (context, [target]) => {
  const session = await chooseSession(context, target);
  if (!session) return;
  const commit = await window.showInputBox({
    title: 'Where Is My Commit?',
    prompt: 'A commit as Git takes it: HEAD, a tag, a branch, seven digits',
    value: 'HEAD',
    valueSelection: [0, 4],
    validateInput: (text) => (text.trim() === '' ? 'For example HEAD' : undefined),
  });
  if (commit === undefined) return;
  await context.delivery.focus();
  await inView((signal) =>
    context.delivery.trails.ask(
      {
        repository: session.key,
        commit: commit.trim(),
        ...(target?.service === undefined ? {} : { service: target.service }),
        ...(target?.environment === undefined ? {} : { environment: target.environment }),
      },
      signal,
    ),
  );
};

export const askTrailAgain: Command = async ({ delivery }, [target]) => {
  const { trail } = target ?? {};
  if (trail !== undefined) await inView((signal) => delivery.trails.askAgain(trail, signal));
};

/** Asks the environment's agent to look now, and then where the commit is. */
export const refreshAgents: Command = async (context, [target]) => {
  const { trail, environment } = target ?? {};
  const session = await chooseSession(context, target);
  if (!session || trail === undefined) return;
  await inView(async (signal) => {
    const engine = await context.engine();
    const asked = await engine.refreshAgents(await session.open(), environment, signal);
    const names = asked.map(({ kind, name }) => `${kind} ${name}`).join(' and ');
    context.messages.tell(`${visibleText(names)} ${asked.length === 1 ? 'was' : 'were'} asked to look now.`);
    await context.delivery.trails.askAgain(trail, signal);
  });
};

export const forgetTrail: Command = ({ delivery }, targets) => {
  for (const { trail } of targets) if (trail !== undefined) delivery.trails.forget(trail);
};

function inView(work: (signal: AbortSignal) => Promise<void>): Thenable<void> {
  return window.withProgress({ location: { viewId: ids.views.delivery } }, () =>
    work(new AbortController().signal),
  );
}
