import { window } from 'vscode';
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

export const forgetTrail: Command = ({ delivery }, targets) => {
  for (const { trail } of targets) if (trail !== undefined) delivery.trails.forget(trail);
};

function inView(work: (signal: AbortSignal) => Promise<void>): Thenable<void> {
  return window.withProgress({ location: { viewId: ids.views.delivery } }, () =>
    work(new AbortController().signal),
  );
}
