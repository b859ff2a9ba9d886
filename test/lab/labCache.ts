import { homedir } from 'node:os';
import { join } from 'node:path';

/** Outside the repository, so that neither `npm ci` nor a new clone makes it again. */
export function labCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'towline-lab');
}
