import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createKeptFiles, type SeenFiles } from '../../../../src/engine/keys/keptFiles.ts';
import type { FileStatus } from '../../../../src/engine/ports/files.ts';
import type { OpenWorkspace } from '../../../../src/engine/workspace/openWorkspace.ts';
import { createFakeRecords } from '../../../support/fakeStores.ts';

const { signal } = new AbortController();
const readAt = 1_000_000;
const folders = new Set(['', 'api', 'api/src']);

/** A checkout in which Git knows `api/src/main.js` and `web/main.js`, and no other file. */
function makeCheckout() {
  const records = createFakeRecords();
  const files = new Map<string, Pick<FileStatus, 'stamp' | 'changedAt'>>();
  let kept = 0;
  const repository = {
    keepState() {
      kept += 1;
      return Promise.resolve({ name: `state ${kept}`, folders });
    },
  };
  /** What a process finds that reads this state. */
  function start(
    same: string | undefined,
    prefix = '',
    { waited = 0, changed = [] }: { readonly waited?: number; readonly changed?: readonly string[] } = {},
  ) {
    const state = { files: ['api/src/main.js', 'web/main.js'], readAt, same, changed };
    const opened = { folder: '/shop', prefix, state, repository } as unknown as OpenWorkspace;
    const status = (path: string) => files.get(path.replace('/shop/', '')) as FileStatus | undefined;
    return createKeptFiles(opened, { status }, records, () => readAt + waited);
  }
  return { files, start, keptStates: () => kept };
}

const seen = (...asked: readonly string[]): SeenFiles => ({ selection: 'all', digest: 'digest', asked });

describe('kept files', () => {
  it('are found where the checkout is as it was kept, and nowhere else', async () => {
    const { start } = makeCheckout();
    const first = start(undefined);
    assert.equal(first.find('api test', 'all'), undefined);
    first.saw('api test', seen('api/src/main.js'));
    await first.save(signal);
    assert.equal(start('state 1').find('api test', 'all'), 'digest');
    assert.equal(start('state 2').find('api test', 'all'), undefined);
    assert.equal(start(undefined).find('api test', 'all'), undefined);
    assert.equal(start('state 1').find('api test', 'another choice'), undefined);
    assert.equal(start('state 1').find('api build', 'all'), undefined);
  });

  it('depend on what else was looked at: ignored files, and paths where nothing was', async () => {
    for (const [before, after] of [
      ['1', '2'],
      ['1', undefined],
      [undefined, '1'],
    ] as const) {
      const { files, start } = makeCheckout();
      const put = (stamp: string | undefined) => {
        files.clear();
        if (stamp !== undefined) files.set('api/dist/out.js', { stamp, changedAt: 0 });
      };
      put(before);
      const first = start(undefined);
      first.saw('api build', seen('api/dist/out.js', 'api', 'api/src/main.js'));
      await first.save(signal);
      assert.equal(start('state 1').find('api build', 'all'), 'digest');
      put(after);
      assert.equal(start('state 1').find('api build', 'all'), undefined);
    }
  });

  it('are not kept of a file that changed since the state was read, or shortly before', async () => {
    const { files, start } = makeCheckout();
    files.set('out.js', { stamp: '1', changedAt: readAt - 1_000 });
    const first = start(undefined);
    first.saw('api build', seen('out.js'));
    await first.save(signal);
    assert.equal(start('state 1').find('api build', 'all'), undefined);
  });

  it('are not kept of what more than paths made', async () => {
    const { start } = makeCheckout();
    const first = start(undefined);
    first.saw('api build', { ...seen(), asked: undefined });
    await first.save(signal);
    assert.equal(start('state 1').find('api build', 'all'), undefined);
  });

  it('are kept beside those of earlier runs in the same state', async () => {
    const { files, start } = makeCheckout();
    const first = start(undefined);
    first.saw('api test', seen('out.js'));
    await first.save(signal);
    const second = start('state 1');
    second.saw('web test', seen());
    await second.save(signal);
    const third = start('state 2');
    assert.deepEqual([third.find('api test', 'all'), third.find('web test', 'all')], ['digest', 'digest']);
    files.set('out.js', { stamp: '1', changedAt: 0 });
    assert.equal(start('state 2').find('api test', 'all'), undefined);
  });

  it('are looked at again when the run waited for an answer since the checkout was read', async () => {
    const { start } = makeCheckout();
    const first = start(undefined);
    first.saw('api test', seen());
    await first.save(signal);
    assert.equal(start('state 1', '', { waited: 10_000 }).find('api test', 'all'), 'digest');
    assert.equal(start('state 1', '', { waited: 10_001 }).find('api test', 'all'), undefined);
  });

  describe('where a few files have changed', () => {
    async function keepBoth() {
      const checkout = makeCheckout();
      const first = checkout.start(undefined);
      // Where nothing is, no file has changed.
      first.saw('api test', seen('api', 'api/src/main.js', 'lock', 'web', 'web/none'));
      first.saw('web test', seen('web', 'web/main.js', 'lock'));
      await first.save(signal);
      return checkout;
    }

    it('are found of what looked into other folders', async () => {
      const { start } = await keepBoth();
      const now = start('state 1', '', { changed: ['web/main.js'] });
      assert.equal(now.find('api test', 'all'), 'digest');
      assert.equal(now.find('web test', 'all'), undefined);
    });

    it('are kept anew, or where that is to be spared as they were, when nothing but those was looked at', async () => {
      const { start, keptStates } = await keepBoth();
      const changed = ['web/main.js'];
      const again = () => {
        const next = start('state 1', '', { changed });
        next.saw('web test', { ...seen('web/main.js'), digest: 'other' });
        return next;
      };
      await again().save(signal, 'sparing');
      assert.equal(keptStates(), 1);
      assert.equal(start('state 1').find('web test', 'all'), 'digest');
      assert.equal(start('state 1', '', { changed }).find('web test', 'all'), undefined);
      await again().save(signal);
      const third = start('state 2');
      assert.deepEqual([third.find('web test', 'all'), third.find('api test', 'all')], ['other', 'digest']);
    });

    it('are kept without those when something else was looked at', async () => {
      const { start } = await keepBoth();
      const second = start('state 1', '', { changed: ['web/main.js'] });
      second.saw('api build', seen('api/src/main.js'));
      await second.save(signal, 'sparing');
      const third = start('state 2');
      assert.deepEqual(
        ['api build', 'api test', 'web test'].map((place) => third.find(place, 'all')),
        ['digest', 'digest', undefined],
      );
    });

    it('are kept anew when another choice of files was looked at', async () => {
      const { start } = await keepBoth();
      const second = start('state 1', '', { changed: ['web/main.js'] });
      second.saw('web test', { ...seen('web/main.js'), selection: 'some', digest: 'other' });
      await second.save(signal, 'sparing');
      assert.equal(start('state 2').find('web test', 'some'), 'other');
      assert.equal(start('state 2').find('api test', 'all'), 'digest');
    });
  });

  it('ask for nothing where all was found', async () => {
    const { start, keptStates } = makeCheckout();
    await start('state 1').save(signal);
    assert.equal(keptStates(), 0);
  });

  it('take only folders of their own workspace for known', async () => {
    const { files, start } = makeCheckout();
    files.set('src', { stamp: '1', changedAt: 0 });
    // `api/src` is `src` to whoever cuts the prefix off without a look.
    const first = start(undefined, 'web');
    first.saw('api build', seen('src'));
    await first.save(signal);
    files.set('src', { stamp: '2', changedAt: 0 });
    assert.equal(start('state 1', 'web').find('api build', 'all'), undefined);
  });
});
