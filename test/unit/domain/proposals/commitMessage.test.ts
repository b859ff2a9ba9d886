import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  commitMessage,
  isProposalMessage,
  type ProposedImage,
} from '../../../../src/domain/proposals/commitMessage.ts';

const digest = `sha256:${'ab'.repeat(32)}`;

function image(service: string, more: Partial<ProposedImage> = {}): ProposedImage {
  return {
    service,
    before: `shop/${service}:old`,
    after: `shop/${service}:new@${digest}`,
    tag: 'new',
    digest,
    commit: 'c0ffee',
    dirty: false,
    tests: { step: 'test', command: ['npm', 'test'], counts: { total: 5, passed: 4, failed: 0, skipped: 1 } },
    ...more,
  };
}

const subject = (images: readonly ProposedImage[], recent: readonly string[] = []) =>
  commitMessage('dev', images, recent).split('\n')[0];

describe('commitMessage', () => {
  it('says what, from what, how it was tested and where it comes from', () => {
    assert.equal(
      commitMessage('dev', [image('api')], []),
      `Bump api to new in dev

api: shop/api:new@${digest}
was shop/api:old
Tests: 4 passed, 1 skipped

Source-Commit: c0ffee
Image-Digest: shop/api:new@${digest}
`,
    );
  });

  it('names the repository of the source where it is not that of the manifests', () => {
    const message = commitMessage('dev', [image('api')], [], 'https://github.com/acme/shop.git');
    assert.match(
      message,
      /\n\nSource-Repository: https:\/\/github\.com\/acme\/shop\.git\nSource-Commit: c0ffee\n/,
    );
  });

  it('has one paragraph and one set of trailers for each image', () => {
    const message = commitMessage('dev', [image('api'), image('web', { before: undefined })], []);
    assert.match(message, /^Bump api, web in dev\n\napi: .*\nwas .*\nTests: .*\n\nweb: .*\nTests: .*\n\n/);
    assert.equal(message.match(/^Image-Digest: /gm)?.length, 2);
    assert.equal(message.trimEnd().split('\n\n').at(-1)?.split('\n').length, 4, 'trailers stand together');
  });

  it('counts the images where their names are too many for a subject', () => {
    const many = Array.from({ length: 9 }, (_, index) => image(`long-service-name-${index}`));
    assert.equal(subject(many), 'Bump 9 images in dev');
    assert.equal(subject(many, ['fix: a']), 'chore(deploy): bump 9 images in dev');
  });

  it('does not hide what is less than tested and committed', () => {
    assert.match(commitMessage('dev', [image('api', { tests: undefined })], []), /^Tests: none declared$/m);
    const quiet = { step: 'test', command: ['make'], counts: undefined } as const;
    assert.match(
      commitMessage('dev', [image('api', { tests: quiet })], []),
      /^Tests: passed \(.*no counts\)$/m,
    );
    assert.match(
      commitMessage('dev', [image('api', { dirty: true })], []),
      /^Source-Commit: c0ffee \(with uncommitted changes\)$/m,
    );
    assert.doesNotMatch(commitMessage('dev', [image('api', { commit: undefined })], []), /Source-Commit/);
  });

  it('follows Conventional Commits where most of the history does', () => {
    const check = (recent: readonly string[], expected: string) =>
      assert.equal(subject([image('api')], recent), expected);
    const plain = 'Bump api to new in dev';
    const conventional = 'chore(deploy): bump api to new in dev';
    check([], plain);
    check(['Add a cart', 'fix: a', 'Improve'], plain);
    check(['feat(cart): add', 'fix!: a', 'Improve'], conventional);
    check(['feat(cart): add', 'Improve'], conventional);
    check(['Merge branch a', 'Merge pull request #1', 'fix: a'], conventional);
    check(['Bump api to x in dev', 'Bump web to y in dev', 'fix: a'], conventional);
    check(['chore(deploy): bump api to x in dev', 'Add a cart'], plain);
  });
});

describe('isProposalMessage', () => {
  it('knows its own by the digest', () => {
    assert.ok(isProposalMessage(commitMessage('dev', [image('api')], [])));
    assert.ok(!isProposalMessage('Bump api to new in dev\n'));
    assert.ok(!isProposalMessage('Image-Digest: shop/api:new'));
    assert.ok(!isProposalMessage(`See Image-Digest: shop/api:new@${digest}`));
  });
});
