import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { findUnguardedWrites, modulesWithVerbs } from './clusterWrites.ts';
import { plantSources, readSources } from './sources.ts';

describe('writes to clusters', function () {
  this.timeout(60_000);

  it('all go through the guard', async () => {
    assert.deepEqual(await findUnguardedWrites(readSources()), []);
  });

  it('are looked for in modules that are there', () => {
    const paths = readSources().map(({ path }) => path);
    for (const path of Object.keys(modulesWithVerbs)) assert.ok(paths.includes(path), path);
  });

  it('leave dry-run in the address of what claims to store nothing', () => {
    const source = readSources().find(({ path }) => path.endsWith('/askWithoutEffect.ts'));
    assert.match(source?.text ?? '', /dryRun: 'All'/);
    assert.equal(source?.text.match(/method: 'PATCH'/g)?.length, 1);
    assert.match(source?.text ?? '', /selfsubjectaccessreviews/);
    assert.equal(source?.text.match(/method: 'POST'/g)?.length, 1);
  });
});

describe('findUnguardedWrites', () => {
  const find = (path: string, text: string) => findUnguardedWrites(plantSources({ [path]: text }));
  const unguarded: readonly (readonly [path: string, text: string])[] = [
    ['src/engine/rehearsal/a.ts', 'export const w = (c, p) => c.openForWriting(p);'],
    ['src/vscode/a.ts', 'export const w = ({ openForWriting }, p) => openForWriting(p);'],
    ['src/cli/a.ts', "export const w = (c, p) => c['openForWriting'](p);"],
    ['src/adapters/kubernetes/forwardPort.ts', "export const q = { method: 'DELETE' };"],
    ['src/adapters/kubernetes/readObjects.ts', "export const q = { method: 'put' };"],
    [
      'src/adapters/kubernetes/readObjects.ts',
      "import { applyObject } from './changeObjects.ts';\napplyObject();",
    ],
    ['src/adapters/kubernetes/createReads.ts', "export const w = () => import('./changeObjects.ts');"],
    [
      'src/adapters/kubernetes/createReads.ts',
      "import { createWrites } from './createWrites.ts';\ncreateWrites();",
    ],
    [
      'src/engine/rehearsal/a.ts',
      "import { createLocalClusters } from '../locality/createLocalClusters.ts';\ncreateLocalClusters();",
    ],
    ['src/adapters/other/a.ts', "import { KubeConfig } from '@kubernetes/client-node';\nnew KubeConfig();"],
    ['src/engine/rehearsal/a.ts', "export const command = ['kubectl', 'get', 'pods'];"],
    ['src/engine/rendering/a.ts', "export const command = ['kubectl', '-n', 'a', 'apply', '-f', '-'];"],
    ['src/engine/rendering/a.ts', "export const command = [find('helm'), 'upgrade', '--install'];"],
    [
      'src/vscode/a.ts',
      "terminal.sendText('kubectl --context ' + name + ' delete pod'); run(`kubectl --context a delete pod`);",
    ],
    ['src/vscode/a.ts', "terminal.sendText('kubectl exec -it pod -- sh');"],
  ];
  for (const [path, text] of unguarded)
    it(`sees ${text.split('\n')[0]} in ${path}`, async () => {
      assert.equal((await find(path, text)).length, 1);
    });

  it('lets the guard, its port and readers be', async () => {
    for (const [path, text] of [
      ['src/engine/locality/a.ts', 'export const w = (c, p) => c.openForWriting(p);'],
      ['src/engine/ports/clusters.ts', 'export interface C { openForWriting(): void }'],
      ['src/engine/rehearsal/a.ts', '// Never openForWriting, and no kubectl apply.\nexport const a = 1;'],
      [
        'src/engine/rehearsal/a.ts',
        "import type { X } from '../locality/createLocalClusters.ts';\nexport type Y = X;",
      ],
      ['src/engine/rendering/a.ts', "export const command = ['kubectl', 'kustomize'];"],
      ['src/domain/a.ts', "export const action = 'Read its log: `kubectl logs pod`.';"],
      ['src/adapters/docker/a.ts', "export const q = { method: 'POST' };"],
    ] as const)
      assert.deepEqual(await find(path, text), []);
  });
});
