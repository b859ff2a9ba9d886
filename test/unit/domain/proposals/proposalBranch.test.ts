import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'mocha';
import { proposalBranch } from '../../../../src/domain/proposals/proposalBranch.ts';

describe('proposalBranch', () => {
  it('is one for each service of an environment, or one for all', () => {
    assert.equal(proposalBranch('dev', 'api', false), 'towline/dev/api');
    assert.equal(proposalBranch('dev', 'api', true), 'towline/dev/all');
  });

  it('leaves names alone that Git allows', () => {
    assert.equal(proposalBranch('eu-west_1', 'größe.v2', false), 'towline/eu-west_1/größe.v2');
  });

  const hostile = [
    '',
    ' ',
    '.',
    '..',
    '...',
    '@',
    '@{',
    'a@{b',
    '-',
    '-a',
    '.a',
    'a.',
    'a..b',
    'a...b',
    'a.lock',
    '.lock',
    'a.lock.lock',
    'a.lock.',
    'a.lock-',
    'a.loc.lockk',
    'a.-.lock',
    'a/b',
    '/a/',
    'a//b',
    'a\\b',
    'a b',
    'a~b^c:d?e*f[g]',
    'a\x00b',
    'a\x1fb\x7f',
    'a\nb',
    '日本語',
  ];

  it('is a name that Git takes, whatever its parts are called', function () {
    this.timeout(30_000);
    for (const name of hostile) {
      for (const branch of [proposalBranch(name, 'api', false), proposalBranch('dev', name, false)]) {
        assert.equal(branch.split('/').length, 3, branch);
        const { status } = spawnSync('git', ['check-ref-format', '--branch', branch]);
        assert.equal(status, 0, `${JSON.stringify(name)} gave ${branch}`);
      }
    }
  });
});
