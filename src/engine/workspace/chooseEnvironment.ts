import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { OpenWorkspace } from './openWorkspace.ts';

/** The environment that is named, or the only one. Throws `environment-ambiguous`, `environment-unknown`. */
export function chooseEnvironment(
  { workspace }: Pick<OpenWorkspace, 'workspace'>,
  name: string | undefined,
): Environment {
  const { environments } = workspace;
  const names = environments.map((environment) => environment.name).join(', ');
  const [only, ...others] = environments;
  if (name === undefined && only && others.length === 0) return only;
  if (name === undefined && only)
    throw new TowlineError('environment-ambiguous', {
      why: `There are ${names}.`,
      next: 'Name one with `--env`.',
    });
  const found = environments.find((environment) => environment.name === name);
  if (found) return found;
  throw new TowlineError('environment-unknown', {
    why: `${name ?? 'What is asked for'} is none of ${names || 'the environments, for there are none'}.`,
  });
}
