import { join } from 'node:path';
import type { Processes } from './ports/processes.ts';

/** What opens an address on Linux, macOS and Windows, by their name on PATH. */
const openers: readonly (readonly [string, ...string[]])[] = [
  ['xdg-open'],
  ['open'],
  ['rundll32', 'url.dll,FileProtocolHandler'],
];

/**
 * Opens an address in the user's browser: the program that BROWSER names, else the desktop's own. It outlives this
 * process. False where there is none that could.
 *
 * @param dataFolder takes what the browser writes
 */
export async function openInBrowser(
  processes: Pick<Processes, 'environment' | 'find' | 'startDetached'>,
  url: string,
  dataFolder: string,
): Promise<boolean> {
  const { BROWSER } = processes.environment;
  const programs = BROWSER ? [[BROWSER] as const, ...openers] : openers;
  for (const [name, ...words] of programs) {
    const program = processes.find(name);
    if (program === undefined) continue;
    const logFile = join(dataFolder, 'browser.log');
    await processes.startDetached({ command: [program, ...words, url], folder: dataFolder, logFile });
    return true;
  }
  return false;
}
