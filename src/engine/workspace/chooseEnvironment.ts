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
  throw unknownEnvironment(environments, name);
}

/** None has that name, or there is none at all. */
export function unknownEnvironment(
  environments: readonly Environment[],
  name: string | undefined,
): TowlineError {
  if (environments.length === 0)
    return new TowlineError('environment-unknown', {
      why: 'No environment was found.',
      next: nameAnEnvironment,
    });
  const names = environments.map((environment) => environment.name).join(', ');
  return new TowlineError('environment-unknown', { why: `${name} is none of ${names}.` });
}

/** What to do where none was found; manifests in a repository of their own never are. */
export const nameAnEnvironment =
  'Name one under `environments` in towline.yaml: its `path`, and its `repository` where the manifests are in another (`towline init` writes the file).';
