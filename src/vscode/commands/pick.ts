import { type QuickPickItem, window } from 'vscode';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { Service } from '../../domain/workspace/service.ts';

/** Asks which one when there are several; undefined when the user turns away. */
export async function pickOne<T>(
  placeholder: string,
  things: readonly T[],
  describe: (thing: T) => QuickPickItem,
): Promise<T | undefined> {
  const [first, ...others] = things;
  if (others.length === 0) return first;
  const items = things.map((thing) => ({ ...describe(thing), thing }));
  return (await window.showQuickPick(items, { placeHolder: placeholder, matchOnDescription: true }))?.thing;
}

/** Names of the services the user chooses, with some ticked at first; undefined when the user turns away. */
export async function pickServices(
  services: readonly Service[],
  ticked: ReadonlySet<string>,
): Promise<readonly string[] | undefined> {
  const [only, ...others] = services;
  if (only && others.length === 0) return [only.name];
  const items = services.map(({ name, folder, language }) => ({
    label: name,
    picked: ticked.has(name),
    description: [folder || '.', language].filter(Boolean).join(' · '),
  }));
  const chosen = await window.showQuickPick(items, { placeHolder: 'Which services?', canPickMany: true });
  return chosen === undefined || chosen.length === 0 ? undefined : chosen.map(({ label }) => label);
}

export function pickEnvironment(
  question: string,
  environments: readonly Environment[],
): Promise<Environment | undefined> {
  return pickOne(question, environments, ({ name, path, branch }) => ({
    label: name,
    description: [path || '.', branch].filter(Boolean).join(' on '),
  }));
}
