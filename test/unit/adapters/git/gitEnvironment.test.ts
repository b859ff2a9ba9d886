import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  cleanEnvironment,
  configurationVariables,
  environmentFor,
} from '../../../../src/adapters/git/gitEnvironment.ts';

describe('cleanEnvironment', () => {
  it('forgets the repository of a surrounding git', () => {
    const clean = cleanEnvironment({
      GIT_DIR: '/x',
      git_index_file: '/y',
      GIT_WORK_TREE: '/z',
      PATH: '/bin',
    });
    assert.deepEqual(
      Object.keys(clean).filter((name) => /^git_(dir|index|work)/i.test(name)),
      [],
    );
    assert.equal(clean.PATH, '/bin');
  });

  it("keeps the user's identity and configuration", () => {
    const given = { GIT_AUTHOR_EMAIL: 'a@b', GIT_CONFIG_GLOBAL: '/c', GIT_SSH_COMMAND: 'ssh -v' };
    const clean = cleanEnvironment(given);
    assert.deepEqual({ ...clean, ...given }, clean);
  });

  it('speaks the language that is understood here', () => {
    assert.equal(cleanEnvironment({ LC_ALL: 'de_DE', LANGUAGE: 'de' }).LC_ALL, 'C');
  });
});

describe('environmentFor', () => {
  it('lets a local read use no transport', () => {
    assert.equal(environmentFor('local', {}).GIT_ALLOW_PROTOCOL, 'none');
    assert.equal(environmentFor('helpers', {}).GIT_ALLOW_PROTOCOL, undefined);
  });
});

describe('configurationVariables', () => {
  it("counts on from the user's own", () => {
    const variables = configurationVariables({ GIT_CONFIG_COUNT: '2' }, [['filter.a=b.clean', '']]);
    assert.deepEqual(variables, {
      GIT_CONFIG_COUNT: '3',
      GIT_CONFIG_KEY_2: 'filter.a=b.clean',
      GIT_CONFIG_VALUE_2: '',
    });
  });

  it('is nothing for nothing', () => {
    assert.deepEqual(configurationVariables({ GIT_CONFIG_COUNT: '2' }, []), {});
  });
});
