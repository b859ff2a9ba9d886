import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRegistry } from '../../../src/adapters/registry/createRegistry.ts';
import { TowlineError } from '../../../src/domain/errors/towlineError.ts';
import type { Credential } from '../../../src/engine/ports/credentials.ts';
import {
  ensureRegistryProgram,
  type RegistryOptions,
  registryCredential,
  startRegistry,
} from '../../lab/registry.ts';
import { pushTinyImage } from '../../support/pushTinyImage.ts';
import { skipTest } from '../../support/skipTest.ts';
import { useTemporaryFolder } from '../../support/temporaryFolder.ts';

const never = new AbortController().signal;
const right: Credential = { kind: 'basic', ...registryCredential, from: 'the test' };
const wrong: Credential = { ...right, password: 'wrong' };
const findDigestProgram = join(import.meta.dirname, 'programs/findDigest.ts');
const execFileAsync = promisify(execFile);

describe('a CNCF distribution registry', function () {
  this.timeout(30_000);
  before(async function () {
    try {
      await ensureRegistryProgram({ install: false, say: () => undefined });
    } catch (error) {
      skipTest(this, error instanceof Error ? error.message : String(error));
    }
  });
  const folder = useTemporaryFolder();
  const storage = () => join(folder(), 'storage');
  const registry = createRegistry();
  const start = (options: RegistryOptions = {}) => startRegistry({ ...options, storage: storage() });

  /** Fills the storage for registries that nothing can be pushed to. */
  async function fillStorage() {
    await using open = await start();
    return await pushTinyImage(open.url);
  }

  it('gives the digest of a tag and of a digest, and none of what it has not', async () => {
    await using server = await start();
    const { repository, tag, digest } = await pushTinyImage(server.url);
    const find = (reference: string, name = repository) =>
      registry.findDigest({ registry: server.host, repository: name, reference }, undefined, never);
    assert.equal(await find(tag), digest);
    assert.equal(await find(digest), digest);
    assert.equal(await find('v2'), undefined);
    assert.equal(await find(`sha256:${'0'.repeat(64)}`), undefined);
    assert.equal(await find(tag, 'shop/other'), undefined);
    assert.equal(await registry.ping(server.host, undefined, never), 'ready');
  });

  it('answers under its other names', async () => {
    await using server = await start();
    const { repository, tag, digest } = await pushTinyImage(server.url);
    const image = { registry: `localhost:${server.port}`, repository, reference: tag };
    assert.equal(await registry.findDigest(image, undefined, never), digest);
  });

  it('with passwords lets in who has the right one', async () => {
    const { repository, tag, digest } = await fillStorage();
    await using server = await start({ auth: true });
    const image = { registry: server.host, repository, reference: tag };
    assert.equal(await registry.findDigest(image, right, never), digest);
    assert.equal(await registry.ping(server.host, right, never), 'ready');
    for (const credential of [undefined, wrong]) {
      await assert.rejects(registry.findDigest(image, credential, never), (error) => {
        assert.ok(TowlineError.is(error, 'registry-denied'));
        return error.failure.next.includes(`docker login ${server.host}`);
      });
      assert.equal(await registry.ping(server.host, credential, never), 'denied');
    }
  });

  it('with TLS is trusted by its authority in the folder that Docker uses', async () => {
    const { repository, tag, digest } = await fillStorage();
    await using server = await start({ tls: true });
    const authoritiesFolder = join(folder(), 'certs.d');
    mkdirSync(join(authoritiesFolder, server.host), { recursive: true });
    cpSync(server.certificate ?? '', join(authoritiesFolder, server.host, 'ca.crt'));
    const image = { registry: server.host, repository, reference: tag };
    const trusting = createRegistry({ authoritiesFolder });
    assert.equal(await trusting.findDigest(image, undefined, never), digest);
    assert.equal(await trusting.findDigest(image, undefined, never), digest);
  });

  it('with TLS is trusted by its authority in NODE_EXTRA_CA_CERTS', async () => {
    const { repository, tag, digest } = await fillStorage();
    await using server = await start({ tls: true });
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: server.certificate };
    const args = [findDigestProgram, server.host, repository, tag];
    const { stdout } = await execFileAsync(process.execPath, args, { env });
    assert.equal(JSON.parse(stdout), digest);
  });

  it('with TLS of an unknown authority is not trusted, and the advice says where to put it', async () => {
    await using server = await start({ tls: true });
    await assert.rejects(registry.ping(server.host, right, never), (error) => {
      assert.ok(TowlineError.is(error, 'registry-unreachable'));
      assert.match(error.failure.why, /not trusted/);
      return error.failure.next.includes(`/etc/docker/certs.d/${server.host}/ca.crt`);
    });
  });

  it('answers while it takes no pushes', async () => {
    const { repository, tag, digest } = await fillStorage();
    await using server = await start({ readOnly: true });
    const image = { registry: server.host, repository, reference: tag };
    assert.equal(await registry.findDigest(image, undefined, never), digest);
  });

  it('no longer has a manifest that was deleted', async () => {
    await using server = await start({ allowDelete: true });
    const { repository, tag, digest } = await pushTinyImage(server.url);
    const gone = await fetch(`${server.url}/v2/${repository}/manifests/${digest}`, { method: 'DELETE' });
    assert.equal(gone.status, 202);
    for (const reference of [tag, digest]) {
      const image = { registry: server.host, repository, reference };
      assert.equal(await registry.findDigest(image, undefined, never), undefined);
    }
  });

  it('that is broken inside says so', async () => {
    await using server = await start();
    const { repository, tag } = await pushTinyImage(server.url);
    const link = `docker/registry/v2/repositories/${repository}/_manifests/tags/${tag}/current/link`;
    writeFileSync(join(storage(), link), 'nonsense');
    const image = { registry: server.host, repository, reference: tag };
    await assert.rejects(registry.findDigest(image, undefined, never), (error) => {
      return TowlineError.is(error, 'registry-failed') && error.failure.why.includes('500');
    });
  });

  it('that was stopped is unreachable', async () => {
    const server = await start();
    await server.stop();
    await assert.rejects(registry.ping(server.host, undefined, never), (error) =>
      TowlineError.is(error, 'registry-unreachable'),
    );
  });
});

describe('a registry behind a proxy', function () {
  this.timeout(30_000);

  it('is asked through the proxy that HTTPS_PROXY names', async () => {
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', ({ url = '' }, socket) => {
      tunnels.push(url);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    assert.ok(typeof address === 'object' && address !== null);
    const env = { PATH: process.env.PATH, HTTPS_PROXY: `http://127.0.0.1:${address.port}` };
    const args = [findDigestProgram, 'registry.invalid', 'shop/api', 'v1'];
    const { stdout } = await execFileAsync(process.execPath, args, { env });
    proxy.close();
    assert.equal(JSON.parse(stdout).code, 'registry-unreachable');
    assert.deepEqual(tunnels, ['registry.invalid:443']);
  });
});
