import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { compareUrl } from '../../../../src/domain/proposals/compareUrl.ts';

const check = (remote: string, expected: string | undefined, base = 'main', branch = 'towline/dev/api') =>
  assert.equal(compareUrl(remote, base, branch), expected, remote);

describe('compareUrl', () => {
  it('knows every way to write a remote', () => {
    const page = 'https://github.com/acme/shop/compare/main...towline/dev/api?expand=1';
    for (const remote of [
      'https://github.com/acme/shop.git',
      'https://github.com/acme/shop',
      'https://github.com/acme/shop/',
      'https://user@github.com/acme/shop.git',
      'https://GitHub.com/acme/shop.git',
      'ssh://git@github.com/acme/shop.git',
      'ssh://git@github.com:22/acme/shop.git',
      'git@github.com:acme/shop.git',
      'github.com:acme/shop',
    ])
      check(remote, page);
  });

  it("knows the other hosts' pages", () => {
    check(
      'git@gitlab.com:acme/group/shop.git',
      'https://gitlab.com/acme/group/shop/-/merge_requests/new?merge_request%5Bsource_branch%5D=towline%2Fdev%2Fapi&merge_request%5Btarget_branch%5D=main',
    );
    check(
      'https://bitbucket.org/acme/shop',
      'https://bitbucket.org/acme/shop/branches/compare/towline/dev/api..main',
    );
    check('https://codeberg.org/acme/shop', 'https://codeberg.org/acme/shop/compare/main...towline/dev/api');
  });

  it('encodes a branch once', () => {
    check(
      'https://github.com/acme/shop',
      'https://github.com/acme/shop/compare/fix/%231...towline/dev/a%26b?expand=1',
      'fix/#1',
      'towline/dev/a&b',
    );
    check(
      'https://gitlab.com/acme/shop',
      'https://gitlab.com/acme/shop/-/merge_requests/new?merge_request%5Bsource_branch%5D=towline%2Fdev%2Fa%26b&merge_request%5Btarget_branch%5D=fix%2F%231',
      'fix/#1',
      'towline/dev/a&b',
    );
  });

  it('gives no link rather than a wrong one', () => {
    for (const remote of [
      'https://git.example.com/acme/shop.git',
      'https://github.com.evil.example/acme/shop.git',
      '/srv/git/shop.git',
      '../shop.git',
      'C:\\git\\shop.git',
      'file:///srv/git/shop.git',
      'constructor:acme/shop',
      '__proto__:acme/shop',
      'toString:acme/shop',
      '',
    ])
      check(remote, undefined);
  });
});
