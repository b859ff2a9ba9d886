import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { createRereading, type Rereading } from '../../../../src/vscode/views/rereading.ts';

describe('a tree that the editor reads again', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
  afterEach(() => mock.timers.reset());

  /** Whether the wait is over once everything has happened that needs no time. */
  async function watch(rereading: Rereading): Promise<() => Promise<boolean>> {
    let isOver = false;
    void rereading.over().then(() => {
      isOver = true;
    });
    return async () => {
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      return isOver;
    };
  }

  it('is known where the editor was told nothing', async () => {
    const isOver = await watch(createRereading());
    assert.equal(await isOver(), true);
  });

  it('is known once the editor has asked for every line that it was told of', async () => {
    const rereading = createRereading();
    rereading.begin(['web', 'web/pods']);
    rereading.begin([undefined]);
    const isOver = await watch(rereading);
    rereading.end('web');
    rereading.end(undefined);
    assert.equal(await isOver(), false);
    rereading.end('web/pods');
    assert.equal(await isOver(), true);
    const again = await watch(rereading);
    assert.equal(await again(), true);
  });

  it('lets the editor take in what it was given', async () => {
    const rereading = createRereading();
    rereading.begin(['web']);
    const steps: string[] = [];
    const over = rereading.over().then(() => steps.push('over'));
    rereading.end('web');
    // As the editor waits for children and their lines.
    for (let wait = 0; wait < 5; wait += 1) await Promise.resolve();
    steps.push('taken in');
    await over;
    assert.deepEqual(steps, ['taken in', 'over']);
  });

  it('does not wait for lines that are folded', async () => {
    const rereading = createRereading();
    rereading.begin(['folded']);
    const isOver = await watch(rereading);
    mock.timers.tick(499);
    assert.equal(await isOver(), false);
    mock.timers.tick(1);
    assert.equal(await isOver(), true);
    const later = await watch(rereading);
    assert.equal(await later(), true);
  });

  it('waits half a second at most, however often the tree changes', async () => {
    const rereading = createRereading();
    rereading.begin(['folded']);
    const isOver = await watch(rereading);
    mock.timers.tick(300);
    rereading.begin(['folded']);
    mock.timers.tick(200);
    assert.equal(await isOver(), true);
  });
});
