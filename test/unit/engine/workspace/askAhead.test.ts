import assert from 'node:assert/strict';
import type { RecordStore } from '../../../../src/engine/ports/journalStore.ts';
import type { Repository } from '../../../../src/engine/ports/repositories.ts';
import { askAhead, keepQuestion } from '../../../../src/engine/workspace/askAhead.ts';

const never = new AbortController().signal;
const expected = { environment: 'dev', signal: never };

function makeRecords(): RecordStore {
  const texts = new Map<string, string>();
  return {
    read: (name) => texts.get(name),
    write: async (name, text) => void texts.set(name, text),
    remove: async (name) => void texts.delete(name),
    list: (group) => [...texts.keys()].filter((name) => name.startsWith(`${group}/`)),
  };
}

/** A remote whose branches all point at the number of the question. */
function makeRepository() {
  const asked: string[] = [];
  const remoteTips: Repository['remoteTips'] = async (remote, branches) => {
    asked.push(`${remote}: ${branches.join(' ')}`);
    const tips = new Map(['main', ...branches].map((branch) => [branch, String(asked.length)]));
    return { defaultBranch: 'main', tips };
  };
  return { asked, repository: { remoteTips } as Repository };
}

describe('asking a remote ahead', () => {
  it('asks nothing before a run has asked', () => {
    const { asked, repository } = makeRepository();
    assert.equal(askAhead(repository, makeRecords(), expected), repository);
    assert.deepEqual(asked, []);
  });

  it('asks at once what the last run asked, and answers the first question with it', async () => {
    const records = makeRecords();
    await keepQuestion(records, 'dev', { remote: 'origin', branches: ['a', 'b'] });
    const { asked, repository } = makeRepository();
    const ahead = askAhead(repository, records, expected);
    assert.deepEqual(asked, ['origin: a b']);
    const { defaultBranch, tips } = await ahead.remoteTips('origin', ['b'], never);
    assert.equal(defaultBranch, 'main');
    assert.deepEqual([...tips].sort(), [
      ['b', '1'],
      ['main', '1'],
    ]);
    assert.equal((await ahead.remoteTips('origin', ['b'], never)).tips.get('b'), '2');
  });

  it('asks anew where the question is another one', async () => {
    const records = makeRecords();
    await keepQuestion(records, 'dev', { remote: 'origin', branches: ['a'] });
    for (const [remote, branch] of [
      ['origin', 'c'],
      ['other', 'a'],
    ] as const) {
      const { asked, repository } = makeRepository();
      const { tips } = await askAhead(repository, records, expected).remoteTips(remote, [branch], never);
      assert.equal(tips.get(branch), '2');
      assert.equal(asked.length, 2);
    }
  });

  it('takes the only environment there was where none is named', async () => {
    const records = makeRecords();
    const open = () => {
      const { asked, repository } = makeRepository();
      askAhead(repository, records, { environment: undefined, signal: never });
      return asked.length;
    };
    await keepQuestion(records, 'dev', { remote: 'origin', branches: [] });
    assert.equal(open(), 1);
    await keepQuestion(records, 'prod', { remote: 'origin', branches: [] });
    assert.equal(open(), 0);
  });

  it('tells a failure to who asks, and takes a record it cannot read for none', async () => {
    const records = makeRecords();
    await keepQuestion(records, 'dev', { remote: 'origin', branches: ['a'] });
    const remoteTips = () => Promise.reject(new Error('no network'));
    const ahead = askAhead({ remoteTips } as unknown as Repository, records, expected);
    await assert.rejects(ahead.remoteTips('origin', ['a'], never), /no network/);

    await records.write('asked/dev', '{"remote": 1}');
    const { asked, repository } = makeRepository();
    assert.equal(askAhead(repository, records, expected), repository);
    assert.deepEqual(asked, []);
  });
});
