import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  codeOfWords,
  gitFailure,
  lockFileOf,
  quotable,
  withoutCredentials,
} from '../../../../src/adapters/git/gitFailure.ts';

/** As git 2.39, curl and OpenSSH print them with LC_ALL=C. */
const words: readonly (readonly [said: string, code: string])[] = [
  ["fatal: Unable to create '/r/.git/index.lock': File exists.", 'git-locked'],
  [
    "error: cannot lock ref 'refs/towline/a': Unable to create '/r/.git/refs/towline/a.lock': File exists.",
    'git-locked',
  ],
  ['error: could not lock config file .git/config: File exists', 'git-locked'],
  ["fatal: couldn't find remote ref refs/heads/nope", 'branch-missing'],
  ["fatal: Authentication failed for 'https://example.org/a.git/'", 'remote-denied'],
  ["fatal: could not read Username for 'https://example.org': terminal prompts disabled", 'remote-denied'],
  [
    "fatal: unable to access 'https://example.org/a/': The requested URL returned error: 403",
    'remote-denied',
  ],
  [
    'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.',
    'remote-denied',
  ],
  ['Host key verification failed.\nfatal: Could not read from remote repository.', 'remote-denied'],
  ['remote: Repository not found.\nfatal: repository ... not found', 'remote-denied'],
  ["fatal: unable to access 'https://no.example/': Could not resolve host: no.example", 'remote-unreachable'],
  [
    "fatal: unable to access 'http://127.0.0.1:1/': Failed to connect to 127.0.0.1 port 1",
    'remote-unreachable',
  ],
  ['ssh: connect to host example.org port 22: Connection refused', 'remote-unreachable'],
  [
    "fatal: '/nowhere' does not appear to be a git repository\nfatal: Could not read from remote repository.",
    'remote-unreachable',
  ],
  ["fatal: repository 'http://127.0.0.1/x.git/' not found", 'remote-unreachable'],
  ['fatal: the remote end hung up unexpectedly', 'remote-unreachable'],
  ['fatal: bad object 123', 'git-failed'],
];

describe('gitFailure', () => {
  for (const [said, code] of words) {
    it(`takes ${JSON.stringify(said)} for ${code}`, () => assert.equal(codeOfWords(said), code));
  }

  it('names the lock file', () => {
    const said = "fatal: Unable to create '/a b/.git/index.lock': File exists.";
    assert.equal(lockFileOf(said), '/a b/.git/index.lock');
    assert.match(gitFailure('update-ref', said).failure.why, /^\/a b\/\.git\/index\.lock\n/);
  });

  it('drops hints, labels and empty lines', () => {
    assert.equal(quotable('hint: try again\n\nfatal: no\nerror: really\n'), 'no\nreally');
  });

  it('shows no credentials of an address', () => {
    const said = "unable to access 'https://user:pass@example.org/a' and https://token@example.org";
    assert.equal(
      withoutCredentials(said),
      "unable to access 'https://example.org/a' and https://example.org",
    );
  });

  it('keeps the user of an ssh address', () => {
    assert.equal(withoutCredentials('ssh://git:pass@example.org/a'), 'ssh://git@example.org/a');
    assert.equal(withoutCredentials('git@example.org:a.git'), 'git@example.org:a.git');
  });
});
