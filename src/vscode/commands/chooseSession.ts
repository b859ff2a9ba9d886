import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { OpenWorkspace } from '../../engine/workspace/openWorkspace.ts';
import type { Session } from '../state/createSession.ts';
import type { NodeTarget } from '../views/treeNode.ts';
import type { CommandContext } from './commandContext.ts';
import { pickOne } from './pick.ts';

/** The repository a command is about: the one pointed at, the only one, or the user's answer. */
export async function chooseSession(
  { sessions, store }: CommandContext,
  target: NodeTarget | undefined,
): Promise<Session | undefined> {
  if (target?.repository !== undefined) return sessions.get(target.repository);
  const all = sessions.all();
  if (all.length === 0)
    throw new TowlineError('not-a-repository', { why: 'No folder of this window is in a Git repository.' });
  return pickOne('Which repository?', all, ({ key }) => {
    const repository = store.repository(key);
    return { label: repository?.name ?? key, description: repository?.folder ?? '' };
  });
}

/** The repository with what is in it now. */
export async function openChosen(
  context: CommandContext,
  target: NodeTarget | undefined,
): Promise<{ readonly session: Session; readonly opened: OpenWorkspace } | undefined> {
  const session = await chooseSession(context, target);
  return session && { session, opened: await session.open() };
}
