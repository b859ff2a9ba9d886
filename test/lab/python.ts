import { installPackages, mayInstallPackages } from './debianPackages.ts';
import type { EnsureOptions } from './engine.ts';
import { execute } from './execute.ts';

/** A `python3` whose standard library can run the sample's tests; installed, or asked for, like the engine. */
export async function ensurePython({ install, say }: EnsureOptions): Promise<void> {
  if ((await execute('python3', ['-c', 'import unittest, http.server, json'])).code === 0) return;
  if (install && (await mayInstallPackages())) return await installPackages(['python3'], say);
  throw new Error(
    "There is no python3, which the sample's pricing service is tested with.\n" +
      'On Debian or Ubuntu: sudo apt-get install python3. Elsewhere: https://www.python.org/downloads',
  );
}
