import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { completePackages, findMissingPackages, type LockedPackages } from '../../lab/lockFile.ts';

const incomplete: LockedPackages = {
  'node_modules/tool': {
    version: '2.0.0',
    dev: true,
    optionalDependencies: {
      '@tool/cli-darwin-arm64': '2.0.0',
      '@tool/windows-64': '2.0.0',
      '@tool/linux-x64-musl': '2.0.0',
    },
  },
  'node_modules/@tool/linux-x64-musl': { version: '2.0.0', os: ['linux'], cpu: ['x64'], optional: true },
};

describe('the lock file', () => {
  it('names the packages of every platform, so that npm ci works everywhere', async () => {
    const lock = JSON.parse(await readFile(join(import.meta.dirname, '../../../package-lock.json'), 'utf8'));
    const missing = findMissingPackages(lock.packages).map(({ name, version }) => `${name}@${version}`);
    assert.deepEqual(missing, [], 'run: node test/lab/completeLock.ts');
  });

  it('is completed with the platform that a package is named after', () => {
    const completed = completePackages(incomplete);
    assert.deepEqual(findMissingPackages(completed), []);
    assert.deepEqual(completed['node_modules/@tool/cli-darwin-arm64'], {
      version: '2.0.0',
      os: ['darwin'],
      cpu: ['arm64'],
      dev: true,
      optional: true,
    });
    assert.deepEqual(completed['node_modules/@tool/windows-64']?.os, ['win32']);
  });

  it('may keep a package in the folder of the one that wants it', () => {
    const nested: LockedPackages = {
      'node_modules/a/node_modules/b': { optionalDependencies: { c: '1.0.0', d: '1.0.0' } },
      'node_modules/a/node_modules/b/node_modules/c': {},
      'node_modules/a/node_modules/d': {},
    };
    assert.deepEqual(findMissingPackages(nested), []);
  });
});
