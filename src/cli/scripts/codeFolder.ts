import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The platform's own place for what a program can make again; undefined where the user has told Node a place. It is not
 * the folder for temporary files, Node's own choice: whoever may write there could put in code that is then run.
 */
export function codeFolder(environment: NodeJS.ProcessEnv): string | undefined {
  if (environment.NODE_COMPILE_CACHE) return undefined;
  if (process.platform === 'win32')
    return join(environment.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'towline', 'code');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'towline', 'code');
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'towline', 'code');
}
