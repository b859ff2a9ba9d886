import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createResults, type StoredResult } from '../../../../src/engine/keys/results.ts';
import { createFakeRecords } from '../../../support/fakeStores.ts';

const result = (service: string, key: string, run = 1): StoredResult => ({
  version: 2,
  key,
  service,
  run,
  output: { step: 'test', command: ['check'], counts: undefined },
});

const inputs = { 'file a': '1' };

describe('results', () => {
  it('are found by their key, the newest and older ones', async () => {
    const results = createResults(createFakeRecords());
    await results.store('test', result('api', 'one', 1), inputs);
    await results.store('test', result('api', 'two', 2), inputs);
    assert.equal(results.find('test', 'api', 'two')?.run, 2);
    assert.equal(results.find('test', 'api', 'one')?.run, 1);
    assert.equal(results.find('test', 'api', 'three'), undefined);
    assert.equal(results.latest('test', 'api')?.key, 'two');
  });

  it('tell what the latest depended on, from a record that is not read to find it', async () => {
    const records = createFakeRecords();
    const results = createResults(records);
    await results.store('test', result('api', 'one'), inputs);
    assert.deepEqual(results.inputsOf('test', result('api', 'one')), inputs);
    assert.doesNotMatch(`${records.read('latest/test/api')}${records.read('results/test/one')}`, /file a/);
    await results.store('test', result('api', 'two'), { b: '2' });
    assert.deepEqual(results.inputsOf('test', result('api', 'two')), { b: '2' });
    await results.reuse('test', result('api', 'one'), () => Promise.resolve(inputs));
    assert.deepEqual(results.inputsOf('test', result('api', 'one')), inputs);
    assert.equal(results.latest('test', 'api')?.key, 'one');
  });

  it('write nothing for the latest that is reused', async () => {
    const records = createFakeRecords();
    const results = createResults(records);
    await results.store('test', result('api', 'one'), inputs);
    const before = records.writes.length;
    await results.reuse('test', result('api', 'one'), () => Promise.resolve(inputs));
    assert.equal(records.writes.length, before);
  });

  it('are read once where a run finds the latest and uses it again', async () => {
    const kept = createFakeRecords();
    await createResults(kept).store('test', result('api', 'one'), inputs);
    const asked: string[] = [];
    const read = (name: string) => {
      asked.push(name);
      return kept.read(name);
    };
    const results = createResults({ ...kept, read });
    const found = results.find('test', 'api', 'one');
    assert.ok(found);
    await results.reuse('test', found, () => Promise.resolve(inputs));
    assert.equal(results.find('test', 'api', 'one'), found);
    assert.deepEqual(asked, ['latest/test/api']);
  });

  it('are found where another run has stored one since', async () => {
    const records = createFakeRecords();
    const results = createResults(records);
    assert.equal(results.find('test', 'api', 'one'), undefined);
    await createResults(records).store('test', result('api', 'one', 7), inputs);
    assert.equal(results.find('test', 'api', 'one')?.run, 7);
    assert.equal(results.latest('test', 'api')?.run, 7);
  });

  it('have no inputs rather than those of another result, or of one that somebody damaged', () => {
    const other = JSON.stringify({ key: 'two', inputs });
    for (const text of [other, '{', '', 'null', '7', '{}', '[]']) {
      const results = createResults(createFakeRecords({ 'inputs/test/api': text }));
      assert.equal(results.inputsOf('test', result('api', 'one')), undefined, text);
    }
  });

  it('become the latest after their inputs, so that a crash never gives them those of another', async () => {
    const records = createFakeRecords();
    await createResults(records).store('test', result('api', 'one'), inputs);
    const order = records.writes.filter((name) => !name.startsWith('results/'));
    assert.deepEqual(order, ['inputs/test/api', 'latest/test/api']);
  });

  it('belong to one step and one service', async () => {
    const results = createResults(createFakeRecords());
    await results.store('test', result('api', 'one'), inputs);
    assert.equal(results.find('build', 'api', 'one'), undefined);
    assert.equal(results.find('test', 'web', 'one'), undefined);
    assert.equal(results.latest('test', 'web'), undefined);
  });

  it('keep services of any name apart', async () => {
    const records = createFakeRecords();
    const results = createResults(records);
    const names = ['a/b', 'a%2Fb', 'a=2fb', 'a b', 'größe', '..', ''];
    for (const [index, name] of names.entries())
      await results.store('test', result(name, `key${index}`), inputs);
    assert.deepEqual(
      names.map((name) => results.latest('test', name)?.service),
      names,
    );
    assert.ok(records.writes.every((name) => !name.includes('..')));
  });

  it('count for nothing when another version or nobody sane wrote them', () => {
    const foreign = JSON.stringify({ ...result('api', 'one'), version: 1, inputs });
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
