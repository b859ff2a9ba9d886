import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliLab } from './cliLab.ts';
import { waitUntil } from './cliProcess.ts';
import type { CliWorkspace, WorkspaceOptions } from './cliWorkspace.ts';

/** A service's test that says it runs, and passes when it is let through. */
const gatedTest = `import { existsSync, writeFileSync } from 'node:fs';
import test from 'node:test';
const folder = process.env.TMPDIR;
test('waits', (context, done) => {
  writeFileSync(folder + '/reached', '');
  console.log('said while waiting');
  const timer = setInterval(() => {
    if (!existsSync(folder + '/go')) return;
    clearInterval(timer);
    done();
  }, 20);
});
`;

export interface GatedWorkspace extends CliWorkspace {
  /** Waits until a run is at its test. */
  reached(): Promise<void>;
  letThrough(): void;
}

/** A workspace whose runs stay at their test step until they are let through. */
export function makeGatedWorkspace(lab: CliLab, options: WorkspaceOptions = {}): GatedWorkspace {
  const files = { 'services/api/test/works.test.js': gatedTest, ...options.files };
  const workspace = lab.makeWorkspace({ ...options, files });
  const { folder } = workspace.sandbox;
  return {
    ...workspace,
    environment: { ...workspace.environment, TMPDIR: folder },
    async reached() {
      await waitUntil('the test runs', () => existsSync(join(folder, 'reached')));
    },
    letThrough: () => writeFileSync(join(folder, 'go'), ''),
  };
}
