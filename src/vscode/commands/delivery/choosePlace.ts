import type { Environment } from '../../../domain/workspace/environment.ts';
import type { OpenWorkspace } from '../../../engine/workspace/openWorkspace.ts';
import type { Session } from '../../state/createSession.ts';
import type { NodeTarget } from '../../views/treeNode.ts';
import { openChosen } from '../chooseSession.ts';
import type { CommandContext } from '../commandContext.ts';
import { pickEnvironment } from '../pick.ts';

/** An environment of an open repository. */
export interface ChosenPlace {
  readonly session: Session;
  readonly opened: OpenWorkspace;
  readonly environment: Environment;
}

/**
 * The environment a command is about: the one pointed at, the only one, or the user's answer.
 *
 * @param verb what is done with it: `rehearse`, `follow`, …
 */
export async function choosePlace(
  context: CommandContext,
  target: NodeTarget | undefined,
  verb: string,
): Promise<ChosenPlace | undefined> {
  const chosen = await openChosen(context, target);
  if (!chosen) return undefined;
  const { environments } = chosen.opened.workspace;
  if (environments.length === 0) {
    context.messages.refuse(`There is no environment to ${verb}. towline.yaml names one.`);
    return undefined;
  }
  const environment =
    environments.find(({ name }) => name === target?.environment) ??
    (await pickEnvironment(`Which environment to ${verb}?`, environments));
  return environment && { ...chosen, environment };
}
