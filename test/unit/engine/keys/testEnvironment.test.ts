import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { testEnvironment } from '../../../../src/engine/keys/testEnvironment.ts';

const outside = {
  PATH: '/bin',
  HOME: '/home/a',
  CI: 'true',
  DATABASE_URL: 'postgres://user:hunter2@host/db',
  AWS_SECRET_ACCESS_KEY: 'hunter3',
  GITHUB_TOKEN: 'hunter4',
  PYENV_DIR: '/somewhere',
};

const inputsOf = (
  declared: readonly string[],
  environment: Readonly<Record<string, string>>,
  secret = 'key',
) => testEnvironment(declared, environment, secret).inputs;

describe('testEnvironment', () => {
  it('lets nothing through that was not declared', () => {
    assert.deepEqual(testEnvironment([], outside, 'key').passed, {
      PATH: '/bin',
      HOME: '/home/a',
      CI: 'true',
    });
  });

  it('passes what was declared', () => {
    const { passed } = testEnvironment(['DATABASE_URL', 'ABSENT'], outside, 'key');
    assert.equal(passed.DATABASE_URL, outside.DATABASE_URL);
    assert.ok(!('ABSENT' in passed));
  });

  it('keys what was declared by its value', () => {
    const before = inputsOf(['A'], { A: '1' });
    assert.deepEqual(inputsOf(['A'], { A: '1' }), before);
    assert.notDeepEqual(inputsOf(['A'], { A: '2' }), before);
    assert.notDeepEqual(inputsOf(['A'], {}), before);
    assert.notDeepEqual(inputsOf(['A'], { A: '' }), inputsOf(['A'], {}));
    assert.notDeepEqual(inputsOf(['A'], { A: 'unset' }), inputsOf(['A'], {}));
  });

  it('keys what selects a toolchain, declared or not', () => {
    assert.notDeepEqual(inputsOf([], { NODE_OPTIONS: '--a' }), inputsOf([], { NODE_OPTIONS: '--b' }));
    assert.notDeepEqual(inputsOf([], { GOFLAGS: '-race' }), inputsOf([], {}));
    assert.deepEqual(inputsOf([], { MY_NODE_OPTIONS: '--a' }), {});
  });

  it('keys everything it passes but what is the same for every run of a user', () => {
    const { passed, inputs } = testEnvironment(['DATABASE_URL'], outside, 'key');
    const keyed = Object.keys(inputs).map((name) => name.replace('environment ', ''));
    assert.deepEqual(
      Object.keys(passed).filter((name) => !keyed.includes(name)),
      ['PATH', 'HOME'],
    );
  });

  it('never writes a value down', () => {
    const text = JSON.stringify(inputsOf(Object.keys(outside), outside));
    for (const value of ['hunter', 'postgres', '/home/a']) assert.ok(!text.includes(value));
  });

  it('writes down what tells nothing outside the repository', () => {
    assert.notDeepEqual(inputsOf(['A'], { A: '1' }, 'one'), inputsOf(['A'], { A: '1' }, 'two'));
  });
});
