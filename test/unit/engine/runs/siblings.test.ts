import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createSiblings } from '../../../../src/engine/runs/siblings.ts';
import { makeService } from '../../../support/services.ts';

const built = { step: 'build', imageId: 'sha256:1', tag: 'new', commit: undefined, dirty: false } as const;
const pushed = {
  service: makeService('api'),
  pushed: {
    step: 'push',
    repository: 'shop/api',
    tag: 'new',
    digest: 'sha256:2',
    commit: undefined,
    dirty: false,
  },
  tests: undefined,
} as const;

describe('siblings', () => {
  it('hear of an image, whether they ask before or after', async () => {
    const siblings = createSiblings();
    const before = siblings.built('api');
    siblings.announceBuilt('api', built);
    assert.deepEqual(await Promise.all([before, siblings.built('api')]), [built, built]);
  });

  it('hear that none will come', async () => {
    const siblings = createSiblings();
    const before = siblings.built('api');
    siblings.announceEnd('api');
    assert.equal(await before, undefined);
  });

  it('keep what came before the end', async () => {
    const siblings = createSiblings();
    siblings.announceBuilt('api', built);
    siblings.announceEnd('api');
    assert.equal(await siblings.built('api'), built);
  });

  it('wait for everybody who is to be proposed, and leave out who stopped', async () => {
    const siblings = createSiblings();
    let all: unknown;
    const asking = siblings.allPushed(['api', 'web']).then((images) => {
      all = images;
    });
    siblings.announcePushed(pushed);
    await new Promise(setImmediate);
    assert.equal(all, undefined);
    siblings.announceEnd('web');
    await asking;
    assert.deepEqual(all, [pushed]);
  });
});
