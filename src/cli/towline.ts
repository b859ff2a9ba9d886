#!/usr/bin/env node
import * as nodeModule from 'node:module';

/** The oldest Node that is tested; `engines` in package.json says the same. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Towline needs Node 22.18 or later; this is ${process.versions.node} (${process.execPath}).\n`,
  );
  process.exitCode = 2;
} else {
  // Libraries' deprecations are for their authors, not for whoever runs a command.
  process.noDeprecation = true;
  // Compiled code is kept between processes: half of a short command's time is compiling.
  nodeModule.enableCompileCache();
  const { main } = await import('./main.ts');
  await main(process.argv.slice(2));
}
