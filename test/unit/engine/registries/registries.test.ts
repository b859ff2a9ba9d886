import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import type { Credential } from '../../../../src/engine/ports/credentials.ts';
import type { Ports } from '../../../../src/engine/ports/ports.ts';
import type { ClusterRegistry } from '../../../../src/engine/registries/clusterRegistry.ts';
import type { LocalRegistry, LocalRegistryState } from '../../../../src/engine/registries/localRegistry.ts';
import { createRegistries } from '../../../../src/engine/registries/registries.ts';
import { createFakeRegistry } from '../../../support/fakeRegistry.ts';
import { createManualClock } from '../../../support/manualClock.ts';

const { signal } = new AbortController();
const digest = `sha256:${'ab'.repeat(32)}`;

describe('registries', () => {
  let registry = createFakeRegistry();
  let clock = createManualClock();
  let started: number[] = [];
  let notices: string[] = [];
  const notice = (message: string) => void notices.push(message);
  beforeEach(() => {
    registry = createFakeRegistry();
    clock = createManualClock();
    started = [];
    notices = [];
  });

  function start(
    configured?: string,
    credentials: Readonly<Record<string, Credential>> = {},
    ofCluster?: ClusterRegistry,
    own: LocalRegistryState = { kind: 'absent' },
  ) {
    const absent = () => Promise.resolve({ kind: 'absent' } as const);
    const local: LocalRegistry = {
      state: () => Promise.resolve(own),
      stop: absent,
      remove: absent,
      start(port) {
        started.push(port);
        registry.hosts.set(`localhost:${port}`, new Map());
        return Promise.resolve('a test');
      },
    };
    const find = (host: string) => Promise.resolve(credentials[host]);
    const ports = { clock, registry, credentials: { find } } as Partial<Ports> as Ports;
    return createRegistries(ports, local, configured, ofCluster);
  }

  it('take images to the configured one, or else to a local one', () => {
    assert.equal(start('ghcr.io/acme').repositoryOf('api'), 'ghcr.io/acme/api');
    assert.equal(start().repositoryOf('shop/api'), 'localhost:5001/shop/api');
  });

  it("take images to the one of the environment's cluster where none is configured", () => {
    const ofCluster = { host: 'localhost:5555', because: 'a test' };
    assert.equal(start(undefined, {}, ofCluster).repositoryOf('api'), 'localhost:5555/api');
    assert.equal(start('ghcr.io/acme', {}, ofCluster).repositoryOf('api'), 'ghcr.io/acme/api');
  });

  describe('made ready', () => {
    it('are never replaced where they are those of a cluster', async () => {
      const ofCluster = { host: 'localhost:5555', because: 'the cluster says so' };
      const registries = start(undefined, {}, ofCluster);
      await assert.rejects(registries.ready('localhost:5555/api', notice, signal), (error) =>
        TowlineError.is(error, 'registry-unreachable'),
      );
      registry.hosts.set('localhost:5555', new Map());
      await registries.ready('localhost:5555/api', notice, signal);
      assert.deepEqual(started, []);
      assert.deepEqual(notices, [
        'No registry is configured: using localhost:5555, because the cluster says so.',
      ]);
    });

    it('are left alone when they answer, and it is said whose they are not', async () => {
      registry.hosts.set('localhost:5001', new Map());
      await start().ready('localhost:5001/shop/api', notice, signal);
      assert.deepEqual(started, []);
      assert.equal(notices.length, 1);
      assert.match(notices[0] ?? '', /answers on localhost:5001, which Towline did not start/);
    });

    it('are told from the one that Towline started at another port', async () => {
      registry.hosts.set('localhost:5001', new Map());
      const at = (port: number) =>
        ({ kind: 'program', pid: 1, port, running: true, folder: 'images' }) as const;
      await start(undefined, {}, undefined, at(5001)).ready('localhost:5001/api', notice, signal);
      assert.deepEqual(notices, []);
      await start(undefined, {}, undefined, at(5999)).ready('localhost:5001/api', notice, signal);
      assert.match(notices[0] ?? '', /which Towline did not start/);
    });

    it('are started once where nothing answers on the loopback, and it is said', async () => {
      const registries = start();
      await Promise.all(
        ['api', 'web'].map((name) => registries.ready(`localhost:5001/${name}`, notice, signal)),
      );
      assert.deepEqual(started, [5001]);
      assert.equal(notices.length, 2);
      assert.match(notices[0] ?? '', /^No registry is configured: starting/);
      assert.match(notices[1] ?? '', /localhost:5001 as a test/);
    });

    it('are started at a configured port too', async () => {
      await start('127.0.0.1:5005/team')
        .ready('127.0.0.1:5005/team/api', notice, signal)
        .catch(() => undefined);
      assert.deepEqual(started, [5005]);
      assert.match(notices[0] ?? '', /^Nothing answers on 127\.0\.0\.1:5005/);
    });

    for (const host of ['ghcr.io', 'registry.example.com:5001', 'localhost']) {
      it(`are never started in the place of ${host}`, async () => {
        const making = start(host).ready(`${host}/acme/api`, notice, signal);
        await assert.rejects(making, { code: 'registry-unreachable' });
        assert.deepEqual([started, notices], [[], []]);
      });
    }

    it('are not started over one that refuses', async () => {
      registry.ping = () => Promise.reject(new TowlineError('registry-failed', { why: '500' }));
      await assert.rejects(start().ready('localhost:5001/api', notice, signal), { code: 'registry-failed' });
      assert.deepEqual(started, []);
    });
  });

  it('hold a digest when they answer with that very digest', async () => {
    registry.hosts.set('ghcr.io', new Map([[`acme/api@${digest}`, digest]]));
    const registries = start('ghcr.io/acme');
    assert.equal(await registries.holds('ghcr.io/acme/api', digest, signal), true);
    assert.equal(await registries.holds('ghcr.io/acme/web', digest, signal), false);
  });

  it('are asked once for a digest by what asks at the same time, and again after they did not answer', async () => {
    const registries = start('ghcr.io/acme');
    const holds = () => registries.holds('ghcr.io/acme/api', digest, signal);
    await assert.rejects(holds(), { code: 'registry-unreachable' });
    registry.hosts.set('ghcr.io', new Map([[`acme/api@${digest}`, digest]]));
    assert.deepEqual(await Promise.all([holds(), holds()]), [true, true]);
    assert.equal(await holds(), true);
    assert.equal(registry.asked.length, 2);
  });

  it('are asked again where the image may have been removed since', async () => {
    const images = new Map([[`acme/api@${digest}`, digest]]);
    registry.hosts.set('ghcr.io', images);
    const registries = start('ghcr.io/acme');
    const holds = () => registries.holds('ghcr.io/acme/api', digest, signal);
    assert.equal(await holds(), true);
    images.clear();
    await clock.advance(60_000);
    assert.equal(await holds(), false);
  });

  it('ask for the credentials of a host once for what asks at the same time', async () => {
    const credential = { kind: 'basic', username: 'me', password: 'hunter2', from: 'test' } as const;
    let searches = 0;
    const counted = {
      get 'ghcr.io'() {
        searches += 1;
        return credential;
      },
    };
    const registries = start('ghcr.io/acme', counted);
    registry.hosts.set('ghcr.io', new Map());
    const images = ['api', 'web'].map((name) => registries.repositoryOf(name));
    await Promise.all(images.map((image) => registries.findDigest(image, 'new', signal)));
    assert.equal(searches, 1);
    await clock.advance(60_000);
    await registries.credentialFor('ghcr.io/acme/api', signal);
    assert.equal(searches, 2);
  });

  it('get the credentials of their host', async () => {
    const credential = { kind: 'basic', username: 'me', password: 'hunter2', from: 'test' } as const;
    const registries = start(undefined, { 'ghcr.io': credential });
    registry.hosts.set('ghcr.io', new Map());
    registry.hosts.set('docker.io', new Map());
    await registries.findDigest('ghcr.io/acme/api', 'new', signal);
    await registries.findDigest('node', '24', signal);
    assert.deepEqual(registry.asked, [
      'digest ghcr.io acme/api:new as me',
      'digest docker.io library/node:24',
    ]);
  });
});
