import { env, Uri, window } from 'vscode';
import { visibleText } from '../../../domain/text/visibleText.ts';
import type { HeadRequest } from '../../../engine/rehearsal/openRehearsalSource.ts';
import type { OpenWorkspace } from '../../../engine/workspace/openWorkspace.ts';
import { failureText } from '../../host/failureText.ts';
import { ids } from '../../ids.ts';
import type { RehearsalState } from '../../state/delivery/rehearsalState.ts';
import type { NodeTarget } from '../../views/treeNode.ts';
import type { Command, CommandContext } from '../commandContext.ts';
import { pickOne } from '../pick.ts';
import { choosePlace } from './choosePlace.ts';

export const rehearse: Command = async (context, [target]) => {
  const chosen = await choosePlace(context, target, 'rehearse');
  if (!chosen) return;
  const { session, opened, environment } = chosen;
  const head = await chooseHead(opened, target);
  if (!head) return;
  await context.delivery.focus();
  const rehearsals = await context.delivery.rehearsals();
  rehearsals
    .start(session.key, environment.name, head)
    .then((state) => tellEnd(context, state))
    .catch(() => undefined);
};

/** A service's own proposal where one was pointed at, else the user's choice. */
async function chooseHead(
  { workspace }: OpenWorkspace,
  target: NodeTarget | undefined,
): Promise<HeadRequest | undefined> {
  if (target?.service !== undefined) return { kind: 'proposal', service: target.service };
  const kinds = [
    ...workspace.services.map(({ name }) => ({
      label: `$(git-pull-request) Proposal of ${visibleText(name)}`,
      choose: async (): Promise<HeadRequest> => ({ kind: 'proposal', service: name }),
    })),
    {
      label: '$(git-branch) A branch…',
      async choose(): Promise<HeadRequest | undefined> {
        const branch = await window.showInputBox({ prompt: 'Branch of the manifests to rehearse' });
        return branch?.trim() ? { kind: 'branch', branch: branch.trim() } : undefined;
      },
    },
    {
      label: '$(git-pull-request) A pull request…',
      async choose(): Promise<HeadRequest | undefined> {
        const text = await window.showInputBox({
          prompt: 'Number of the pull or merge request',
          validateInput: (value) => (/^[1-9]\d{0,9}$/.test(value) ? undefined : 'A number'),
        });
        return text === undefined ? undefined : { kind: 'pull', number: Number(text) };
      },
    },
  ];
  return (await window.showQuickPick(kinds, { placeHolder: 'Rehearse what?' }))?.choose();
}

function tellEnd({ messages }: CommandContext, { environment, failure, cleanUp }: RehearsalState): void {
  if (failure) messages.warn(`Rehearsal of ${environment}: ${failureText(failure)}`);
  else if (cleanUp?.kind === 'left')
    messages.warn(`The rehearsal of ${environment} left something: ${cleanUp.why}`);
}

async function chooseRehearsal(
  { delivery, messages }: CommandContext,
  target: NodeTarget | undefined,
  fits: (state: RehearsalState) => boolean,
  question: string,
): Promise<RehearsalState | undefined> {
  const all = delivery.store.state.rehearsals.filter(fits);
  if (target?.rehearsal !== undefined) return all.find(({ id }) => id === target.rehearsal);
  if (all.length === 0) messages.refuse('There is no such rehearsal in this window.');
  return pickOne(question, all, ({ environment, head }) => ({
    label: visibleText(environment),
    description: visibleText(head),
  }));
}

export const openRehearsal: Command = async (context, [target]) => {
  if (target?.url !== undefined) {
    await env.openExternal(Uri.parse(target.url, true));
    return;
  }
  const kept = await chooseRehearsal(
    context,
    target,
    ({ addresses }) => addresses !== undefined,
    'Open which?',
  );
  if (!kept) return;
  const addresses = kept.addresses ?? [];
  if (addresses.length === 0) context.messages.refuse('It has no Service that could be opened.');
  const address = await pickOne('Open which Service?', addresses, ({ service, port, url }) => ({
    label: visibleText(`${service}:${port}`),
    description: url,
  }));
  if (address) await env.openExternal(Uri.parse(address.url, true));
};

export const endRehearsal: Command = async (context, [target]) => {
  const chosen = await chooseRehearsal(context, target, ({ isOver }) => !isOver, 'End which rehearsal?');
  if (chosen) (await context.delivery.rehearsals()).end(chosen.id);
};

export const showRehearsalDiff: Command = async (context, [target]) => {
  const chosen = await chooseRehearsal(
    context,
    target,
    ({ rendered }) => (rendered?.changed.length ?? 0) > 0,
    'Show what which rehearsal changes?',
  );
  if (!chosen) return;
  const files = (chosen.rendered?.changed ?? []).map(({ object, before, after }) => ({
    path: [object.namespace, `${object.kind} ${object.name}.yaml`].filter(Boolean).join('/'),
    before: visibleText(before),
    after: visibleText(after),
  }));
  await context.proposals.show(
    `rehearsal ${chosen.id}`,
    visibleText(`${chosen.environment} with ${chosen.head} (rendered)`),
    files,
  );
};

export const forgetRehearsal: Command = async ({ delivery }, targets) => {
  const rehearsals = await delivery.rehearsals();
  for (const { rehearsal } of targets) if (rehearsal !== undefined) rehearsals.forget(rehearsal);
};

export const removeRehearsal: Command = async (context, [target]) => {
  const { left } = context.delivery.store.state;
  const pointed = left.filter(
    ({ rehearsal }) => target?.rehearsal === undefined || rehearsal.id === target.rehearsal,
  );
  if (pointed.length === 0) context.messages.refuse('No rehearsal was left behind.');
  const chosen = await pickOne('Remove which?', pointed, ({ rehearsal }) => ({
    label: visibleText(rehearsal.namespace),
    description: visibleText(`${rehearsal.context} · ${rehearsal.head}`),
  }));
  if (!chosen) return;
  const why = await window.withProgress(
    { location: { viewId: ids.views.delivery }, title: 'Removing what a rehearsal left' },
    async () =>
      (await context.delivery.rehearsals()).removeLeft(chosen.rehearsal.id, new AbortController().signal),
  );
  if (why === undefined) context.messages.tell(`${chosen.rehearsal.namespace} is removed.`);
  else context.messages.refuse(`${chosen.rehearsal.namespace} is still there: ${why}`);
};
