import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createResults, type StoredResult } from '../../../../src/engine/keys/results.ts';
import { createFakeRecords } from '../../../support/fakeStores.ts';

const result = (service: string, key: string, run = 1): StoredResult => ({
  version: 1,
  key,
  service,
  run,
  inputs: { command: key },
  output: { step: 'test', command: ['check'], counts: undefined },
});

describe('results', () => {
  it('are found by their key, the newest and older ones', async () => {
    const results = createResults(createFakeRecords());
    await results.store('test', result('api', 'one', 1));
    await results.store('test', result('api', 'two', 2));
    assert.equal(results.find('test', 'api', 'two')?.run, 2);
    assert.equal(results.find('test', 'api', 'one')?.run, 1);
    assert.equal(results.find('test', 'api', 'three'), undefined);
    assert.equal(results.latest('test', 'api')?.key, 'two');
  });

  it('belong to one step and one service', async () => {
    const results = createResults(createFakeRecords());
    await results.store('test', result('api', 'one'));
    assert.equal(results.find('build', 'api', 'one'), undefined);
    assert.equal(results.find('test', 'web', 'one'), undefined);
    assert.equal(results.latest('test', 'web'), undefined);
  });

  it('keep services of any name apart', async () => {
    const records = createFakeRecords();
    const results = createResults(records);
    const names = ['a/b', 'a%2Fb', 'a=2fb', 'a b', 'größe', '..', ''];
    for (const [index, name] of names.entries()) await results.store('test', result(name, `key${index}`));
    assert.deepEqual(
      names.map((name) => results.latest('test', name)?.service),
      names,
    );
    assert.ok(records.writes.every((name) => !name.includes('..')));
  });

  it('count for nothing when another version or nobody sane wrote them', () => {
    const foreign = JSON.stringify({ ...result('api', 'one'), version: 2 });
    for (const text of [foreign, '{', '', 'null', '7', '"text"', '{}', '[]']) {
      const results = createResults(createFakeRecords({ 'latest/test/api': text, 'results/test/one': text }));
      assert.equal(results.latest('test', 'api'), undefined, text);
      assert.equal(results.find('test', 'api', 'one'), undefined, text);
    }
  });

  it('are not taken for another that was put under their name', () => {
    const results = createResults(
      createFakeRecords({ 'results/test/one': JSON.stringify(result('api', 'two')) }),
    );
    assert.equal(results.find('test', 'api', 'one'), undefined);
  });
});
