import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClusters } from '../../../src/adapters/kubernetes/createClusters.ts';
import { createProcesses } from '../../../src/adapters/node/nodeProcesses.ts';
import { startScriptedServer } from '../../support/scriptedServer.ts';
import { useTemporaryFolder } from '../../support/temporaryFolder.ts';

const apiVersion = 'client.authentication.k8s.io/v1';

/** Counts its runs in a file and prints a token with that count. */
const program = `import { appendFileSync, readFileSync } from 'node:fs';
appendFileSync(process.env.COUNT, 'x');
const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
if (process.argv[2] === 'fail') {
  console.log('{"status": {"token": "hidden"}}');
  console.error('sign in first');
  process.exit(4);
}
if (process.argv[2] === 'words') {
  console.log('hello');
  process.exit(0);
}
const token = 'token-' + readFileSync(process.env.COUNT).length + (info.spec.cluster ? '-' + new URL(info.spec.cluster.server).port : '');
console.log(JSON.stringify({ apiVersion: info.apiVersion, kind: 'ExecCredential', status: { token } }));
`;

describe('a credential program of a kubeconfig', () => {
  const folder = useTemporaryFolder();
  const { signal } = new AbortController();

  function connect(host: string, plugin: object) {
    const place = join(folder(), 'sign in');
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'program.mjs'), program);
    const count = join(place, 'count');
    writeFileSync(count, '');
    const user = {
      exec: {
        apiVersion,
        command: process.execPath,
        args: ['program.mjs'],
        env: [{ name: 'COUNT', value: count }],
        interactiveMode: 'Never',
        ...plugin,
      },
    };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: `http://${host}` } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    };
    const kubeconfig = join(place, 'config');
    writeFileSync(kubeconfig, JSON.stringify(config));
    const environment = { ...process.env, KUBECONFIG: kubeconfig };
    const processes = createProcesses({ environment });
    return createClusters({ environment, homeFolder: place, processes }).connect('x');
  }

  const version = { body: '{"gitVersion": "v1.31.0"}' };

  it('is run once for many questions, in the folder of the kubeconfig', async () => {
    await using server = await startScriptedServer(() => version);
    const reads = connect(server.host, {});
    assert.equal(await reads.version(signal), 'v1.31.0');
    await reads.version(signal);
    assert.deepEqual(
      server.seen.map(({ headers }) => headers.authorization),
      ['Bearer token-1', 'Bearer token-1'],
    );
    reads.dispose();
  });

  it('is run again, once, where the server does not take what it printed', async () => {
    await using server = await startScriptedServer(({ headers }) =>
      headers.authorization === 'Bearer token-2' ? version : { status: 401, body: '{}' },
    );
    const reads = connect(server.host, {});
    assert.equal(await reads.version(signal), 'v1.31.0');
    assert.equal(server.seen.length, 2);
    reads.dispose();
  });

  it('is not run for ever by a server that takes nothing', async () => {
    await using server = await startScriptedServer(() => ({ status: 401, body: '{}' }));
    const reads = connect(server.host, {});
    await assert.rejects(reads.version(signal), { code: 'cluster-unauthorized' });
    assert.equal(server.seen.length, 2);
    reads.dispose();
  });

  it('is told about the cluster when it wants that', async () => {
    await using server = await startScriptedServer(() => version);
    const reads = connect(server.host, { provideClusterInfo: true });
    await reads.version(signal);
    assert.equal(server.seen[0]?.headers.authorization, `Bearer token-1-${server.host.split(':')[1]}`);
    reads.dispose();
  });

  for (const [what, plugin, why] of [
    ['fails', { args: ['program.mjs', 'fail'] }, /exit code 4: sign in first$/],
    ['prints something else', { args: ['program.mjs', 'words'] }, /is not JSON$/],
    ['wants a terminal', { interactiveMode: 'Always' }, /wants a terminal/],
    ['is not there', { command: 'no-such-program', installHint: 'Get it from us' }, /not found on PATH/],
  ] as const)
    it(`that ${what} is named, with its words and nothing secret, and nothing is sent`, async () => {
      await using server = await startScriptedServer(() => version);
      const reads = connect(server.host, plugin);
      await assert.rejects(
        reads.version(signal),
        (error: Error & { code?: string; failure?: { why: string; next: string } }) => {
          assert.equal(error.code, 'credential-plugin-failed');
          assert.match(error.failure?.why ?? '', why);
          assert.ok(!JSON.stringify(error.failure).includes('hidden'));
          if (what === 'is not there') assert.equal(error.failure?.next, 'Get it from us');
          return true;
        },
      );
      assert.equal(server.seen.length, 0);
      reads.dispose();
    });
});
