import { join } from 'node:path';
import { Uri, window, workspace } from 'vscode';
import { configFileNames } from '../../domain/config/config.ts';
import { defaultRegistryPort } from '../../engine/registries/localRegistry.ts';
import { openChosen } from './chooseSession.ts';
import type { Command, CommandContext } from './commandContext.ts';

/** Writes what was found as a commented towline.yaml and opens it; an existing one is opened as it is. */
export const createConfig: Command = async (context, [target]) => {
  const chosen = await openChosen(context, target);
  if (!chosen) return;
  const { opened } = chosen;
  if (!opened.workspace.configured) {
    const { writeConfig } = await import('../../domain/config/writeConfig.ts');
    await (await context.engine()).writeConfig(opened, writeConfig(opened.workspace));
  }
  await showConfig(opened.folder);
  await context.refresh();
};

export const openConfig: Command = async (context, [target]) => {
  const repository = context.store.state.repositories.find(
    ({ key, workspace: { kind } }) => kind === 'read' && (!target?.repository || key === target.repository),
  );
  if (repository?.workspace.kind !== 'read') return createConfig(context, []);
  const { folder, workspace: found } = repository.workspace;
  if (!found.configured) return createConfig(context, [{ repository: repository.key }]);
  await showConfig(folder);
};

async function showConfig(folder: string): Promise<void> {
  for (const name of configFileNames) {
    const uri = Uri.file(join(folder, name));
    const exists = await workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (!exists) continue;
    await window.showTextDocument(await workspace.openTextDocument(uri));
    return;
  }
}

export const doctor: Command = (context) => context.doctor.show();

export const refresh: Command = ({ refresh: again }) => again();

export const startRegistry: Command = async (context) => {
  const how = await withProgress('Starting the local registry', async (signal) =>
    (await context.engine()).localRegistry.start(defaultRegistryPort, signal),
  );
  context.messages.tell(`The local registry runs on localhost:${defaultRegistryPort} as ${how}.`);
};

export const stopRegistry: Command = (context) => endRegistry(context, 'stop');

export const removeRegistry: Command = async (context) => {
  const answer = await window.showWarningMessage(
    'Remove the local registry?',
    { modal: true, detail: 'Every image in it is deleted, for all repositories of this machine.' },
    'Remove',
  );
  if (answer === 'Remove') await endRegistry(context, 'remove');
};

async function endRegistry(context: CommandContext, action: 'stop' | 'remove'): Promise<void> {
  const was = await withProgress('Stopping the local registry', async (signal) =>
    (await context.engine()).localRegistry[action](signal),
  );
  context.messages.tell(
    was.kind === 'absent'
      ? 'There is no local registry; a run starts it when it needs it.'
      : action === 'stop'
        ? 'The local registry is stopped; its images are kept.'
        : 'The local registry and its images are removed.',
  );
}

function withProgress<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Thenable<T> {
  return window.withProgress({ location: { viewId: 'towline.services' }, title }, () =>
    work(new AbortController().signal),
  );
}
