import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runVisibly } from './execute.ts';

/** `npm run screenshots`: every main state of the sidebar in three themes, into test-results/screenshots. */
const root = join(import.meta.dirname, '../..');
await rm(join(root, 'test-results'), { recursive: true, force: true });
const tests = join(root, 'test/lab/runTests.ts');
process.exitCode = await runVisibly(process.execPath, [tests, '--yes', '--only', 'build', '--only', 'ui'], {
  cwd: root,
  env: { TOWLINE_SCREENSHOTS: 'all' },
});
