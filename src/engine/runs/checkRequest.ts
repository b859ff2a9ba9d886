import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { RunRequest } from '../../domain/runs/runEvent.ts';
import { unknownEnvironment } from '../workspace/chooseEnvironment.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';

/** Refuses what cannot be run. Throws `config-invalid`, `service-unknown`, `environment-unknown`. */
export function checkRequest({ workspace }: OpenWorkspace, request: RunRequest): void {
  const errors = workspace.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    throw new TowlineError('config-invalid', {
      why: errors.map(({ message }) => message).join('\n'),
      problems: errors,
    });
  const names = workspace.services.map(({ name }) => name);
  const unknown = request.services.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new TowlineError('service-unknown', {
      why: `${unknown} is none of ${names.join(', ') || 'the services found here (there are none)'}.`,
    });
  }
  const { environment } = request;
  if (environment !== undefined && !workspace.environments.some(({ name }) => name === environment))
    throw unknownEnvironment(workspace.environments, environment);
}
