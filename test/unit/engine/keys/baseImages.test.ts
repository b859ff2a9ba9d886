import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import { createBaseImages } from '../../../../src/engine/keys/baseImages.ts';
import type { ImageDetails } from '../../../../src/engine/ports/containerEngine.ts';
import { createFakeContainerEngine } from '../../../support/fakeContainerEngine.ts';
import { createFakeRecords } from '../../../support/fakeStores.ts';

const { signal } = new AbortController();
const maxAge = 1000;
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

describe('baseImages', () => {
  let local = new Map<string, Partial<ImageDetails>>();
  let remote = new Map<string, string>();
  let records = createFakeRecords();
  let asked: string[] = [];
  let time = 0;
  beforeEach(() => {
    local = new Map();
    remote = new Map();
    records = createFakeRecords();
    asked = [];
    time = 0;
  });

  /** As a process of its own would have them. */
  function start() {
    const containers = {
      ...createFakeContainerEngine(),
      inspectImage(reference: string) {
        asked.push(`engine ${reference}`);
        const found = local.get(reference);
        const empty = { id: '', repositoryDigests: [], platform: 'linux/amd64', labels: {} };
        return Promise.resolve(found && { ...empty, ...found });
      },
    };
    const findDigest = (reference: string) => {
      asked.push(`registry ${reference}`);
      const found = remote.get(reference);
      return found === 'down'
        ? Promise.reject(new TowlineError('registry-unreachable', { why: reference }))
        : Promise.resolve(found);
    };
    return createBaseImages({ containers, records, findDigest }, maxAge, () => time);
  }
  async function identify(reference: string, platform?: string): Promise<string> {
    const images = start();
    const found = await images.identify(reference, platform, signal);
    await images.save();
    return found;
  }

  it("take the engine's copy, which a build uses, before the registry's", async () => {
    local.set('node:24', { id: digest('1'), repositoryDigests: [`node@${digest('2')}`] });
    remote.set('node:24', digest('3'));
    assert.equal(await identify('node:24'), digest('2'));
    assert.deepEqual(asked, ['engine node:24']);
  });

  it('know an image that was never in a registry by its id', async () => {
    local.set('mine', { id: digest('1') });
    assert.equal(await identify('mine'), digest('1'));
  });

  it('ask the registry for what the engine does not have', async () => {
    remote.set('node:24', digest('3'));
    assert.equal(await identify('node:24'), digest('3'));
  });

  it('are asked for once while they are fresh, also by the next process', async () => {
    remote.set('node:24', digest('3'));
    await identify('node:24');
    remote.set('node:24', digest('4'));
    time = maxAge - 1;
    assert.equal(await identify('node:24'), digest('3'));
    time = maxAge;
    assert.equal(await identify('node:24'), digest('4'));
  });

  it('never ask for a name with a digest', async () => {
    assert.equal(await identify(`node:24@${digest('5')}`), digest('5'));
    assert.deepEqual(asked, []);
  });

  it('are absent where nobody has them or nobody answers, and that is not remembered', async () => {
    assert.equal(await identify('node:24'), 'absent');
    remote.set('node:24', 'down');
    assert.equal(await identify('node:24'), 'absent');
    remote.set('node:24', digest('3'));
    assert.equal(await identify('node:24'), digest('3'));
  });

  it('are cancelled rather than absent', async () => {
    const cancel = new AbortController();
    remote.set('node:24', 'down');
    const finding = start().identify('node:24', undefined, cancel.signal);
    cancel.abort(new Error('enough'));
    await assert.rejects(finding, /enough/);
  });

  it('may differ by platform', async () => {
    remote.set('node:24', digest('3'));
    await identify('node:24', 'linux/amd64');
    remote.set('node:24', digest('4'));
    assert.equal(await identify('node:24', 'linux/arm64'), digest('4'));
    assert.equal(await identify('node:24', 'linux/amd64'), digest('3'));
  });

  it('are forgotten for every platform, and only by their whole name', async () => {
    const images = start();
    for (const name of ['node:24', 'node:24-slim']) remote.set(name, digest('3'));
    const all = () =>
      Promise.all([
        images.identify('node:24', undefined, signal),
        images.identify('node:24', 'linux/arm64', signal),
        images.identify('node:24-slim', undefined, signal),
      ]);
    await all();
    for (const name of ['node:24', 'node:24-slim']) remote.set(name, digest('4'));
    images.forget(['node:24']);
    assert.deepEqual(await all(), [digest('4'), digest('4'), digest('3')]);
  });

  it('are asked for again when their record is damaged', async () => {
    remote.set('node:24', digest('3'));
    for (const text of ['', '{', 'null', '{}', '7', '[1]']) {
      records = createFakeRecords({ 'base-images': text });
      assert.equal(await identify('node:24'), digest('3'), text);
    }
  });
});
