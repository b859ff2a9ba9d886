import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { createRegistry } from '../../../../src/adapters/registry/createRegistry.ts';
import type { ErrorCode } from '../../../../src/domain/errors/errorCatalogue.ts';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import type { Credential } from '../../../../src/engine/ports/credentials.ts';
import {
  type ScriptedAnswer,
  type ScriptedServer,
  type SeenRequest,
  startScriptedServer,
} from '../../../support/scriptedServer.ts';

const never = new AbortController().signal;
const digest = `sha256:${'a'.repeat(64)}`;
const withDigest = { headers: { 'docker-content-digest': digest } };
const from = 'auths in config.json';
const password: Credential = { kind: 'basic', username: 'ann', password: 's3cret', from };
const identity: Credential = { kind: 'identity-token', token: 'id-t0ken', from };
const encoded = Buffer.from('ann:s3cret').toString('base64');

function find(
  server: { readonly host: string },
  credential?: Credential,
  signal = never,
): Promise<string | undefined> {
  const image = { registry: server.host, repository: 'shop/api', reference: 'v1' };
  return createRegistry({ timeLimit: 2_000 }).findDigest(image, credential, signal);
}

function serve(
  answer: ScriptedAnswer | ((request: SeenRequest, host: string) => ScriptedAnswer | undefined),
) {
  return startScriptedServer(typeof answer === 'function' ? answer : () => answer);
}

async function assertFails(work: Promise<unknown>, code: ErrorCode, why: RegExp): Promise<TowlineError> {
  const error = await work.then(
    () => assert.fail('it succeeded'),
    (thrown: unknown) => thrown,
  );
  assert.ok(TowlineError.is(error, code), String(error));
  assert.match(error.failure.why, why);
  return error;
}

function authorizations(server: ScriptedServer): readonly (string | undefined)[] {
  return server.seen.map((request) => request.headers.authorization);
}

describe('asking a registry for a digest', () => {
  it('asks once, for every kind of manifest, without credentials', async () => {
    await using server = await serve(withDigest);
    assert.equal(await find(server, password), digest);
    assert.deepEqual(
      server.seen.map(({ method, path }) => `${method} ${path}`),
      ['HEAD /v2/shop/api/manifests/v1'],
    );
    assert.equal(server.seen[0]?.headers.accept?.split(', ').length, 4);
    assert.deepEqual(authorizations(server), [undefined]);
  });

  it('asks a registry of this machine the same in fewer words', async () => {
    await using server = await serve(withDigest);
    const registry = `localhost:${server.host.split(':')[1]}`;
    assert.equal(await find({ host: registry }), digest);
    assert.equal(server.seen.length, 1);
    assert.equal(server.seen[0]?.headers.host, registry);
    assert.equal(server.seen[0]?.headers.accept?.split(', ').length, 4);
  });

  it('asks again in full for every answer but a digest, and goes the short way no more', async () => {
    const other = `sha256:${'b'.repeat(64)}`;
    const strange: ScriptedAnswer[] = [
      { status: 203, ...withDigest },
      { status: 404 },
      { headers: { 'docker-content-digest': 'sha256:zz' } },
      { headers: {} },
    ];
    for (const first of strange) {
      let asked = 0;
      await using server = await serve(() => {
        asked += 1;
        return asked === 1 ? first : { headers: { 'docker-content-digest': other } };
      });
      const registry = createRegistry({ timeLimit: 2_000 });
      const image = { registry: server.host, repository: 'shop/api', reference: 'v1' };
      assert.equal(await registry.findDigest(image, undefined, never), other);
      assert.equal(await registry.findDigest(image, undefined, never), other);
      assert.equal(server.seen.length, 3);
    }
  });

  it('stops the short way with its signal', async () => {
    const cancel = new AbortController();
    const server = createServer(() => cancel.abort(new Error('enough')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await assert.rejects(find({ host: `127.0.0.1:${port}` }, undefined, cancel.signal), /enough/);
    server.close();
  });

  const body = '{"schemaVersion": 2}\n';
  const digestOfBody = `sha256:${createHash('sha256').update(body).digest('hex')}`;

  it('hashes the manifest when the registry names no digest, or nonsense', async () => {
    for (const headers of [{}, { 'docker-content-digest': 'sha256:zz' }]) {
      await using server = await serve({ headers, body });
      assert.equal(await find(server), digestOfBody);
    }
  });

  it('hashes the manifest when the registry does not answer HEAD', async () => {
    await using server = await serve(({ method }) => (method === 'HEAD' ? { status: 405 } : { body }));
    assert.equal(await find(server), digestOfBody);
  });

  it('finds none where there is none', async () => {
    await using server = await serve({ status: 404 });
    assert.equal(await find(server), undefined);
  });

  describe('that wants a password', () => {
    const locked = ({ headers }: SeenRequest): ScriptedAnswer =>
      headers.authorization === `Basic ${encoded}`
        ? withDigest
        : { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } };

    it('gives it when asked', async () => {
      await using server = await serve(locked);
      assert.equal(await find(server, password), digest);
      assert.deepEqual(authorizations(server), [undefined, `Basic ${encoded}`]);
    });

    it('says that there is none, and how to sign in', async () => {
      await using server = await serve(locked);
      const error = await assertFails(find(server), 'registry-denied', /without credentials/);
      assert.ok(error.failure.next.includes(`docker login ${server.host}`));
    });

    it('says whose password was wrong and where it came from, but not the password', async () => {
      await using server = await serve(locked);
      const wrong = { ...password, password: 'wr0ng' };
      const error = await assertFails(
        find(server, wrong),
        'registry-denied',
        /of "ann" from auths in config\.json/,
      );
      assert.ok(!JSON.stringify(error.failure).includes('wr0ng'));
    });
  });

  describe('that wants a token', () => {
    const tokenServer = (request: SeenRequest, host: string): ScriptedAnswer => {
      if (request.path.startsWith('/token')) return { body: JSON.stringify({ token: 'abc' }) };
      if (request.headers.authorization === 'Bearer abc') return withDigest;
      const challenge = `Bearer realm="http://${host}/token?x=1",service="the registry",scope="repository:shop/api:pull"`;
      return { status: 401, headers: { 'www-authenticate': challenge } };
    };
    const query = 'service=the+registry&scope=repository%3Ashop%2Fapi%3Apull';

    it('fetches one without credentials for a public image', async () => {
      await using server = await serve(tokenServer);
      assert.equal(await find(server), digest);
      // The short way first, which meets the challenge and gives up.
      assert.deepEqual(authorizations(server), [undefined, undefined, undefined, 'Bearer abc']);
      assert.equal(server.seen[2]?.path, `/token?x=1&${query}`);
    });

    it('fetches one with a password', async () => {
      await using server = await serve(tokenServer);
      assert.equal(await find(server, password), digest);
      assert.deepEqual(authorizations(server), [undefined, `Basic ${encoded}`, 'Bearer abc']);
    });

    it('fetches one with an identity token', async () => {
      await using server = await serve(tokenServer);
      assert.equal(await find(server, identity), digest);
      assert.equal(server.seen[1]?.method, 'POST');
      assert.equal(
        server.seen[1]?.body,
        `${query}&grant_type=refresh_token&client_id=towline&refresh_token=id-t0ken`,
      );
    });

    it('takes the token under its OAuth name too', async () => {
      await using server = await serve((request, host) =>
        request.path.startsWith('/token') ? { body: '{"access_token": "abc"}' } : tokenServer(request, host),
      );
      assert.equal(await find(server), digest);
    });

    it('says when the token server refuses', async () => {
      await using server = await serve((request, host) =>
        request.path.startsWith('/token')
          ? { status: 401, body: 'no such s3cret' }
          : tokenServer(request, host),
      );
      const error = await assertFails(find(server, password), 'registry-denied', /a token at 127/);
      assert.ok(!JSON.stringify(error.failure).includes('s3cret'));
    });

    for (const said of ['not JSON', '{}', 'null', '{"token": 7}']) {
      it(`says when the token server answers ${said}`, async () => {
        await using server = await serve((request, host) =>
          request.path.startsWith('/token') ? { body: said } : tokenServer(request, host),
        );
        await assertFails(find(server), 'registry-failed', /a token/);
      });
    }

    it('sends nothing to a token server elsewhere without TLS', async () => {
      for (const realm of ['http://token.example/', 'ftp://127.0.0.1/', 'nonsense', '']) {
        const challenge = `Bearer realm="${realm}",service="x"`;
        await using server = await serve({ status: 401, headers: { 'www-authenticate': challenge } });
        await assertFails(find(server, password), 'registry-failed', /must not be sent/);
        assert.deepEqual(authorizations(server), [undefined]);
      }
    });
  });

  describe('that redirects', () => {
    it('follows without credentials', async () => {
      await using target = await serve(withDigest);
      await using server = await serve(({ headers }) =>
        headers.authorization === undefined
          ? { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
          : { status: 307, headers: { location: `http://${target.host}/elsewhere` } },
      );
      assert.equal(await find(server, password), digest);
      assert.deepEqual(authorizations(server), [undefined, `Basic ${encoded}`]);
      assert.deepEqual(authorizations(target), [undefined]);
    });

    it('does not answer a challenge of the place it was sent to', async () => {
      for (const scheme of ['Basic', 'Bearer']) {
        await using target = await serve((_request, host) => ({
          status: 401,
          headers: { 'www-authenticate': `${scheme} realm="http://${host}/token"` },
        }));
        await using server = await serve({ status: 307, headers: { location: `http://${target.host}/` } });
        await assertFails(find(server, password), 'registry-denied', /refused/);
        assert.deepEqual([...authorizations(server), ...authorizations(target)], [undefined, undefined]);
      }
    });

    it('stops in a circle', async () => {
      await using server = await serve({ status: 307, headers: { location: '/again' } });
      await assertFails(find(server), 'registry-unreachable', /more than 5/);
    });

    it('does not go to other kinds of addresses', async () => {
      await using server = await serve({ status: 307, headers: { location: 'file:///etc/passwd' } });
      await assertFails(find(server), 'registry-failed', /307/);
    });
  });

  describe('that does not work', () => {
    it('shows its reason, cut and with control characters written out', async () => {
      const message = `full\u001b[2J\u202e${'x'.repeat(1_000)}`;
      const errors = JSON.stringify({ errors: [{ code: 'QUOTA', message }] });
      await using server = await serve(({ method }) =>
        method === 'HEAD' ? { status: 405 } : { status: 507, body: errors },
      );
      const error = await assertFails(
        find(server),
        'registry-failed',
        /507: QUOTA: full\\u\{1b\}\[2J\\u\{202e\}x/,
      );
      assert.ok(error.failure.why.length < 450);
    });

    it('says that it limits requests', async () => {
      await using server = await serve({ status: 429 });
      await assertFails(find(server), 'registry-failed', /429; it limits/);
    });

    it('is given up after the time limit', async () => {
      await using server = await serve(() => undefined);
      const image = { registry: server.host, repository: 'a', reference: 'b' };
      const asking = createRegistry({ timeLimit: 50 }).findDigest(image, undefined, never);
      await assertFails(asking, 'registry-unreachable', /no answer within 0\.05 s/);
    });

    it('is given up when cancelled', async () => {
      const controller = new AbortController();
      await using server = await serve(() => {
        controller.abort(new Error('cancelled'));
        return undefined;
      });
      await assert.rejects(find(server, undefined, controller.signal), /^Error: cancelled$/);
    });

    it('is told from one that is not there', async () => {
      const server = await serve({});
      await server[Symbol.asyncDispose]();
      await assertFails(find(server), 'registry-unreachable', /nothing listens there \(ECONNREFUSED\)/);
    });

    it('may send more than any manifest is long', async () => {
      const endless = { body: 'x'.repeat(5 * 1024 * 1024) };
      await using server = await serve(({ method }) => (method === 'HEAD' ? {} : endless));
      await assertFails(find(server), 'registry-unreachable', /larger than/);
    });

    it('may not speak HTTP at all', async () => {
      const server = createServer((socket) => socket.resume().end('SSH-2.0-OpenSSH\r\n'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      assert.ok(typeof address === 'object' && address !== null);
      await assertFails(find({ host: `127.0.0.1:${address.port}` }), 'registry-unreachable', /HPE_/);
      await new Promise((resolve) => server.close(resolve));
    });
  });
});

describe('asking a registry whether it is there', () => {
  const ping = (server: ScriptedServer, credential?: Credential) =>
    createRegistry().ping(server.host, credential, never);

  it('is ready, or wants other credentials', async () => {
    await using server = await serve(({ headers }) =>
      headers.authorization === `Basic ${encoded}`
        ? {}
        : { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } },
    );
    assert.equal(await ping(server, password), 'ready');
    assert.equal(await ping(server), 'denied');
    assert.equal(server.seen[0]?.path, '/v2/');
  });

  it('says that something else answers there', async () => {
    await using server = await serve({ status: 404 });
    await assertFails(ping(server), 'registry-failed', /not a container registry/);
  });
});
