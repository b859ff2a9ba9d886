import { join } from 'node:path';
import { Range, type TextDocument, Uri, window, workspace } from 'vscode';
import { failureOf } from '../../../domain/errors/towlineError.ts';
import { visibleText } from '../../../domain/text/visibleText.ts';
import type { ManifestPlace } from '../../../engine/rollouts/manifestLines.ts';
import type { OpenWorkspace } from '../../../engine/workspace/openWorkspace.ts';
import { isSameUpTo } from '../../documents/isSameUpTo.ts';
import { openedCluster } from '../../state/clusters/clustersState.ts';
import type { Command, CommandContext } from '../commandContext.ts';
import { pickOne } from '../pick.ts';
import { withCancel } from '../withCancel.ts';
import { chooseObject, type ObjectTarget } from './chooseObject.ts';

/** The line of the manifests that a workload's verdict is about, else the workload's own. */
export const openManifest: Command = async (context, [target]) => {
  const chosen = await chooseObject(
    context,
    target,
    'Open the manifest of which workload?',
    (kind) => kind !== 'Pod',
  );
  if (!chosen) return;
  const { places, reasons } = await withCancel(
    `Looking for the manifest of ${chosen.object.name}`,
    (signal) => findPlaces(context, chosen, signal),
  );
  if (places.length === 0) {
    const none = `No environment of this window is read with the context ${chosen.context}`;
    context.messages.refuse(`${reasons[0] ?? none}.`);
    return;
  }
  const place = await pickOne('In which environment?', places, ({ environment, branch, at }) => ({
    label: visibleText(environment),
    description: visibleText(`${at.file} on ${branch}`),
  }));
  if (place) await showPlace(context, place);
};

interface Found {
  readonly places: readonly ManifestPlace[];
  /** Why environments that might have it do not tell. */
  readonly reasons: readonly string[];
}

/** Asks the environments that name the cluster; those that name none, where these do not have it. */
async function findPlaces(
  context: CommandContext,
  target: ObjectTarget,
  signal: AbortSignal,
): Promise<Found> {
  const workspaces: readonly OpenWorkspace[] = await Promise.all(
    context.sessions.all().map((session) => session.open()),
  );
  const reasons: string[] = [];
  for (const wanted of [target.context, undefined]) {
    const places: ManifestPlace[] = [];
    for (const opened of workspaces)
      for (const environment of opened.workspace.environments) {
        if (environment.context !== wanted) continue;
        const answer = await findPlace(context, opened, environment.name, target, signal);
        if (typeof answer === 'string') reasons.push(answer);
        else places.push(answer);
      }
    if (places.length > 0) return { places, reasons };
  }
  return { places: [], reasons };
}

async function findPlace(
  context: CommandContext,
  opened: OpenWorkspace,
  environment: string,
  target: ObjectTarget,
  signal: AbortSignal,
): Promise<ManifestPlace | string> {
  const { kind, namespace, name } = target.object;
  const rows = openedCluster(context.clusters.store.state, target.context)?.rows;
  const verdict = rows?.verdict(target.object.uid ?? '', context.clusters.now());
  try {
    const answer = await (await context.engine()).findManifestPlace(
      opened,
      { environment, workload: { kind, namespace, name }, ...(verdict ? { verdict } : {}) },
      signal,
    );
    return 'unknown' in answer ? answer.unknown : answer;
  } catch (error) {
    signal.throwIfAborted();
    const { what, why } = failureOf(error);
    return `The manifests of ${environment} cannot be read: ${what}: ${why}`;
  }
}

/** The file of the checkout where its line is the same there, else the branch's own, to be read. */
async function showPlace({ clusters }: CommandContext, place: ManifestPlace): Promise<void> {
  const { environment, branch, commit, at, text, folder } = place;
  const file = folder === undefined ? undefined : await openFile(join(folder, at.file));
  if (file && isSameUpTo(at.line, text, file.getText())) {
    const selection = new Range(at.line - 1, at.column - 1, at.line - 1, at.column - 1);
    await window.showTextDocument(file, { preview: true, selection });
    return;
  }
  const path = [environment, `${branch} at ${commit.slice(0, 7)}`, ...at.file.split('/')];
  await clusters.objects.show(path, async () => text, at);
}

/** Undefined where there is no such text file. */
async function openFile(path: string): Promise<TextDocument | undefined> {
  try {
    return await workspace.openTextDocument(Uri.file(path));
  } catch {
    return undefined;
  }
}
