import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ErrorCode } from '../../../../src/domain/errors/errorCatalogue.ts';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import type { ContainerEngine } from '../../../../src/engine/ports/containerEngine.ts';
import { createTestEngine, unhurried } from '../../../support/dockerBuilds.ts';
import {
  type ScriptedAnswer,
  type ScriptedServer,
  startScriptedServer,
} from '../../../support/scriptedServer.ts';

const greeting = { headers: { 'Api-Version': '1.44', Ostype: 'linux' }, body: 'OK' };
const image = 'registry.example/shop/api:1';

describe('talking to an engine', () => {
  let server: ScriptedServer | undefined;
  // Also after a test that ran out of time: an open request keeps the process from ending.
  afterEach(() => server?.[Symbol.asyncDispose]());

  /** Answers, or calls and stays silent, by what a path is below the API version; all else is 404. */
  async function withEngine(
    answers: Readonly<Record<string, ScriptedAnswer | (() => void)>>,
    use: (engine: ContainerEngine, server: ScriptedServer) => Promise<void>,
  ): Promise<void> {
    server = await startScriptedServer(({ path }) => {
      const asked = path.replace(/^\/v[\d.]+|\?.*$/g, '');
      const answer = answers[asked] ?? { status: 404, body: '{"message":"none"}' };
      return typeof answer === 'function' ? void answer() : answer;
    });
    await use(createTestEngine({ DOCKER_HOST: `tcp://${server.host}` }), server);
  }
  function withCode(code: ErrorCode, why: RegExp) {
    return (error: unknown) => {
      if (!TowlineError.is(error, code)) throw error;
      assert.match(error.failure.why, why);
      return true;
    };
  }

  it('speaks the older of the two versions, or the one that is asked for', async () => {
    const answers = { '/_ping': greeting, '/version': { body: '{}' } };
    await withEngine(answers, async (engine, server) => {
      assert.equal((await engine.describe(unhurried)).apiVersion, '1.44');
      const pinned = createTestEngine({ DOCKER_HOST: `tcp://${server.host}`, DOCKER_API_VERSION: '1.41' });
      assert.equal((await pinned.describe(unhurried)).apiVersion, '1.41');
      const asked = server.seen.map(({ path }) => path);
      assert.deepEqual(asked, ['/_ping', '/v1.44/version', '/_ping', '/v1.41/version']);
    });
  });

  it('says what an engine answered that nobody expects', async () => {
    const broken = { status: 500, body: '{"message":"the disk is full"}' };
    const answers = { '/_ping': greeting, '/version': broken, [`/images/${image}/json`]: broken };
    await withEngine(answers, async (engine) => {
      const said = withCode('engine-failed', /DOCKER_HOST.* answered 500: the disk is full$/);
      await assert.rejects(engine.describe(unhurried), said);
      await assert.rejects(engine.inspectImage(image, unhurried), said);
    });
  });

  it('does not take something else that answers for an engine', async () => {
    await withEngine({ '/_ping': { status: 403, body: '<html>' } }, (engine) =>
      assert.rejects(engine.describe(unhurried), withCode('engine-unreachable', /answered 403/)),
    );
  });

  it('ends any request when it is cancelled, and asks nothing after', async () => {
    let controller = new AbortController();
    const silence = () => controller.abort(new Error('enough'));
    const silent = { [`/images/${image}/json`]: silence, '/containers/json': silence };
    await withEngine({ '/_ping': greeting, ...silent }, async (engine, { seen }) => {
      for (const ask of [engine.inspectImage, engine.listContainers]) {
        controller = new AbortController();
        await assert.rejects(ask(image, controller.signal), /enough/);
        const asked = seen.length;
        await assert.rejects(ask(image, controller.signal), /enough/);
        assert.equal(seen.length, asked);
      }
    });
  });

  it('keeps credentials and environments out of addresses', async () => {
    const container = { body: '{"Id":"c1"}', status: 201 };
    const answers = {
      ...{ '/_ping': greeting, '/containers/create': container, '/containers/c1/start': { status: 204 } },
      ...{ '/containers/json': { body: '[{"Id":"c1","State":"running","Names":["/n"]}]' } },
      ...{ '/images/registry.example/shop/api/push': { body: '{"error":"denied"}' } },
    };
    await withEngine(answers, async (engine, { seen }) => {
      const secret = 'geheim?';
      const started = await engine.startContainer(
        {
          ...{ name: 'n', image, labels: {}, containerPort: 80, hostPort: 0, environment: { KEY: secret } },
          volume: { name: 'v', path: '/data' },
        },
        unhurried,
      );
      assert.deepEqual(started, { id: 'c1', name: 'n', running: true, labels: {}, ports: [], networks: {} });
      const credential = { kind: 'basic', username: 'u', password: secret, from: 'test' } as const;
      for (const given of [credential, undefined]) {
        await assert.rejects(
          engine.pushImage(image, given, () => undefined, unhurried),
          /denied/,
        );
      }
      assert.deepEqual(
        seen.flatMap(({ path }) => (/geheim|u%22/.test(path) ? [path] : [])),
        [],
      );
      const signs = seen.flatMap(({ headers }) => headers['x-registry-auth'] ?? []).map(String);
      assert.deepEqual(
        signs.map((sign) => JSON.parse(Buffer.from(sign, 'base64url').toString())),
        [{ username: 'u', password: secret }, {}],
      );
    });
  });
});
