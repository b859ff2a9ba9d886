import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { createCredentials } from '../../../../src/adapters/docker/createCredentials.ts';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

const signal = new AbortController().signal;
const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });

describe('createCredentials', () => {
  const folder = useTemporaryFolder();

  /** A helper that prints what `body` says; `$registry` is what it was asked for. */
  function addHelper(name: string, body: string) {
    const path = join(folder(), `docker-credential-${name}`);
    writeFileSync(path, `#!/bin/sh\nread -r registry\n${body}\n`);
    chmodSync(path, 0o755);
  }
  function find(config: object | string, registry: string, on: AbortSignal = signal) {
    writeFileSync(
      join(folder(), 'config.json'),
      typeof config === 'string' ? config : JSON.stringify(config),
    );
    const environment = { DOCKER_CONFIG: folder(), PATH: `${folder()}:/usr/bin:/bin` };
    return createCredentials({ environment, homeFolder: '/nowhere' }).find(registry, on);
  }
  const path = () => join(folder(), 'config.json');

  it('reads auths, and names file and key', async () => {
    assert.deepEqual(await find({ auths: { 'ghcr.io': auth('me:pass:word') } }, 'ghcr.io'), {
      kind: 'basic',
      username: 'me',
      password: 'pass:word',
      from: `${path()}: auths["ghcr.io"]`,
    });
  });

  it('knows nothing where nothing is written', async () => {
    assert.equal(await find({}, 'ghcr.io'), undefined);
    assert.equal(await find({ auths: { 'ghcr.io': {} } }, 'ghcr.io'), undefined);
    const place = { environment: { DOCKER_CONFIG: join(folder(), 'none') }, homeFolder: '/nowhere' };
    assert.equal(await createCredentials(place).find('ghcr.io', signal), undefined);
  });

  it('keeps hosts with and without port apart, and finds old keys with a scheme', async () => {
    const auths = { 'localhost:5001': auth('a:b'), 'https://old.example/v1/': auth('c:d') };
    assert.equal(await find({ auths }, 'localhost'), undefined);
    const old = await find({ auths }, 'old.example');
    assert.equal(old?.kind === 'basic' && old.username, 'c');
  });

  it('finds Docker Hub under its own key', async () => {
    const found = await find({ auths: { 'https://index.docker.io/v1/': auth('hub:x') } }, 'docker.io');
    assert.equal(found?.kind === 'basic' && found.username, 'hub');
  });

  it('prefers the host’s helper, then the store, then auths', async () => {
    addHelper('one', 'echo "{\\"Username\\":\\"one\\",\\"Secret\\":\\"s\\"}"');
    addHelper('two', 'echo "{\\"Username\\":\\"two\\",\\"Secret\\":\\"$registry\\"}"');
    const config = {
      credHelpers: { 'ghcr.io': 'one' },
      credsStore: 'two',
      auths: { 'ghcr.io': auth('three:s') },
    };
    assert.deepEqual(await find(config, 'ghcr.io'), {
      kind: 'basic',
      username: 'one',
      password: 's',
      from: `${path()}: credHelpers["ghcr.io"]`,
    });
    assert.deepEqual(await find(config, 'docker.io'), {
      kind: 'basic',
      username: 'two',
      password: 'https://index.docker.io/v1/',
      from: `${path()}: credsStore`,
    });
  });

  it('takes <token> for an identity token', async () => {
    addHelper('one', 'echo "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"t\\"}"');
    const found = await find({ credsStore: 'one' }, 'ghcr.io');
    assert.equal(found?.kind === 'identity-token' && found.token, 't');
  });

  it('falls back on auths when the helper has nothing', async () => {
    addHelper('one', 'echo "credentials not found in native keychain"; exit 1');
    assert.equal(await find({ credsStore: 'one' }, 'ghcr.io'), undefined);
    const found = await find({ credsStore: 'one', auths: { 'ghcr.io': auth('a:b') } }, 'ghcr.io');
    assert.equal(found?.kind === 'basic' && found.username, 'a');
  });

  const failing: readonly (readonly [what: string, body: string | undefined, says: RegExp])[] = [
    ['is missing', undefined, /docker-credential-one.*credsStore.*not on PATH/],
    ['fails', 'echo no keychain >&2; exit 3', /ended with 3: no keychain/],
    ['answers with something else', 'echo "s3cret"', /not the JSON/],
  ];
  for (const [what, body, says] of failing) {
    it(`names helper, file and key when the helper ${what}`, async () => {
      if (body) addHelper('one', body);
      await assert.rejects(
        find({ credsStore: 'one' }, 'ghcr.io'),
        (error) =>
          TowlineError.is(error, 'credential-helper-failed') &&
          says.test(error.failure.why) &&
          error.failure.why.includes(path()) &&
          !error.failure.why.includes('s3cret'),
      );
    });
  }

  it('ends a helper that hangs when cancelled', async () => {
    addHelper('one', 'exec sleep 100');
    const controller = new AbortController();
    const finding = find({ credsStore: 'one' }, 'ghcr.io', controller.signal);
    controller.abort(new Error('enough'));
    await assert.rejects(finding, /enough/);
  });

  it('says which file is broken, without quoting it', async () => {
    await assert.rejects(
      find('{"auths": {"x": {"auth": c2VjcmV0}}}', 'x'),
      (error) =>
        TowlineError.is(error, 'engine-config-invalid') &&
        error.failure.why.includes(path()) &&
        !error.failure.why.includes('c2VjcmV0'),
    );
  });
});
