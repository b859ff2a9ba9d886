import assert from 'node:assert/strict';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';
import type { ResourceKind } from '../../../../src/domain/kubernetes/resourceKind.ts';
import type { FeedState } from '../../../../src/engine/feeds/feedState.ts';
import { type Feed, followObjects } from '../../../../src/engine/feeds/followObjects.ts';
import type { ClusterReads } from '../../../../src/engine/ports/clusters.ts';
import { createManualClock, type ManualClock } from '../../../support/manualClock.ts';
import { createScriptedReads, failing, pageOf, type ScriptedReads } from '../../../support/scriptedReads.ts';
import { createRandom } from '../../../support/seededRandom.ts';

const kind: ResourceKind = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
const seconds = 1000;
const minutes = 60 * seconds;

function pod(name: string, resourceVersion = '1'): ClusterObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion },
    spec: { large: 'x'.repeat(100) },
  };
}

interface Row {
  readonly name: string;
  readonly version: string | undefined;
}

interface Setting {
  readonly clock: ManualClock;
  readonly script: ScriptedReads;
  readonly feed: Feed<Row>;
  readonly states: FeedState[];
  /** `+a`, `~a`, `-a`, in order. */
  readonly changes: string[];
  rows(): readonly string[];
  stop(): Promise<void>;
}

const running = new Set<Setting>();

async function follow(
  prepare: (script: ScriptedReads) => void = () => undefined,
  {
    hidesForbidden = false,
    ...options
  }: { readonly random?: () => number; readonly hidesForbidden?: boolean } = {},
): Promise<Setting> {
  const clock = createManualClock(options);
  const script = createScriptedReads();
  prepare(script);
  const states: FeedState[] = [];
  const changes: string[] = [];
  const cancel = new AbortController();
  const feed = followObjects<Row>(
    { reads: script.reads as ClusterReads, clock },
    {
      kind,
      query: { namespace: 'shop' },
      hidesForbidden,
      project: ({ metadata }) =>
        metadata.name.startsWith('unwanted')
          ? undefined
          : { name: metadata.name, version: metadata.resourceVersion },
      onChange: (some) => {
        for (const { before, after } of some)
          changes.push(`${before && after ? '~' : after ? '+' : '-'}${(after ?? before)?.name}`);
      },
      onState: (state) => states.push(state),
    },
    cancel.signal,
  );
  const setting: Setting = {
    clock,
    script,
    feed,
    states,
    changes,
    rows: () => [...feed.objects.values()].map(({ name }) => name).sort(),
    async stop() {
      running.delete(setting);
      cancel.abort();
      await feed.ended;
    },
  };
  running.add(setting);
  await clock.settle();
  return setting;
}

describe('followObjects', () => {
  afterEach(async () => {
    await Promise.all([...running].map(({ stop }) => stop()));
  });

  it('reads the list page by page, then watches from its version', async () => {
    const { script, feed, rows, changes, states } = await follow((reads) => {
      reads.onList = ({ continue: mark }) =>
        mark === undefined
          ? pageOf([pod('a'), pod('b')], { next: 'mark' })
          : pageOf([pod('c'), pod('unwanted')], { resourceVersion: '107' });
    });
    assert.deepEqual(script.asked, ['list', 'list after mark', 'watch from 107']);
    assert.ok(script.lists.every(({ limit }) => limit !== undefined && limit <= 500));
    assert.ok(script.lists.every(({ resourceVersion }) => resourceVersion === undefined));
    assert.deepEqual(rows(), ['a', 'b', 'c']);
    assert.deepEqual(changes, ['+a', '+b', '+c']);
    assert.deepEqual(feed.objects.get('uid-a'), { name: 'a', version: '1' });
    assert.deepEqual(
      states.map((state) => state.kind),
      ['live'],
    );
  });

  it('shows the rows of a page while the next one is on its way', async () => {
    const { feed, rows } = await follow((reads) => {
      reads.onList = ({ continue: mark }) =>
        mark === undefined ? pageOf([pod('a')], { next: 'mark' }) : new Promise(() => undefined);
    });
    assert.deepEqual(rows(), ['a']);
    assert.equal(feed.state.kind, 'loading');
  });

  it('takes what the watch tells, each object once per version', async () => {
    const { script, rows, changes } = await follow((reads) => {
      reads.onList = () => pageOf([pod('a', '1'), pod('b', '2')]);
    });
    script.watch.send(
      { type: 'ADDED', object: pod('c', '101') },
      { type: 'MODIFIED', object: pod('a', '102') },
      { type: 'MODIFIED', object: pod('a', '102') },
      { type: 'DELETED', object: pod('b', '103') },
    );
    assert.deepEqual(rows(), ['a', 'c']);
    assert.deepEqual(changes, ['+a', '+b', '+c', '~a', '-b']);
  });

  it('keeps nothing of an object but what was asked for', async () => {
    const { feed } = await follow((reads) => {
      reads.onList = () => pageOf([pod('a')]);
    });
    assert.ok(!JSON.stringify([...feed.objects]).includes('xxx'));
  });

  it('asks for watches of 290 to 600 seconds, spread by chance', async () => {
    const random = createRandom(4);
    const { script, clock } = await follow(undefined, { random });
    for (let round = 0; round < 50; round += 1) {
      await clock.advance(70 * seconds);
      script.watch.end();
      await clock.settle();
    }
    const asked = script.watches.map(({ timeoutSeconds }) => timeoutSeconds);
    assert.ok(asked.length > 40);
    assert.ok(asked.every((length) => Number.isInteger(length) && length >= 290 && length <= 600));
    assert.ok(Math.min(...asked) < 350 && Math.max(...asked) > 540);
  });

  it('goes on from the last version, bookmarks included, when a watch ends in good order', async () => {
    const { script, clock, states } = await follow();
    script.watch.send({ type: 'ADDED', object: pod('a', '105') });
    script.watch.send({ type: 'BOOKMARK', resourceVersion: '230' });
    await clock.advance(90 * seconds);
    script.watch.end();
    await clock.settle();
    assert.deepEqual(script.asked, ['list', 'watch from 100', 'watch from 230']);
    assert.equal(states.length, 1);
  });

  it('reads the list again every ten minutes and drops what is gone', async () => {
    let items = [pod('a', '1'), pod('b', '2'), pod('c', '3')];
    const { script, clock, rows, changes, states } = await follow((reads) => {
      reads.onList = () => pageOf(items, { resourceVersion: '500' });
    });
    items = [pod('a', '1'), pod('c', '400'), pod('d', '401')];
    for (let minute = 0; minute < 11; minute += 1) {
      script.watch.send({ type: 'BOOKMARK', resourceVersion: '300' });
      await clock.advance(1 * minutes);
    }
    assert.equal(script.asked.filter((asked) => asked === 'list').length, 2);
    assert.equal(script.asked.at(-1), 'watch from 500');
    assert.deepEqual(rows(), ['a', 'c', 'd']);
    assert.deepEqual(changes.slice(3), ['~c', '+d', '-b']);
    assert.equal(states.length, 1);
  });

  describe('when the version is gone', () => {
    it('reads the list again, without any version, and goes on from there', async () => {
      let version = '100';
      const { script, clock, feed, rows, states } = await follow((reads) => {
        reads.onList = () => pageOf([pod(`at-${version}`)], { resourceVersion: version });
      });
      version = '900';
      script.watch.fail(failing('version-gone'));
      await clock.settle();
      assert.equal(feed.state.kind, 'stale');
      assert.deepEqual(rows(), ['at-100']);
      await clock.advance(2 * seconds);
      assert.deepEqual(script.asked, ['list', 'watch from 100', 'list', 'watch from 900']);
      assert.equal(script.lists.at(-1)?.resourceVersion, undefined);
      assert.deepEqual(rows(), ['at-900']);
      assert.deepEqual(
        states.map((state) => (state.kind === 'stale' ? state.failure.code : state.kind)),
        ['live', 'version-gone', 'live'],
      );
    });

    it('between two pages, reads the list whole', async () => {
      const { script, rows, feed } = await follow((reads) => {
        reads.onList = ({ limit, continue: mark }) => {
          if (limit === undefined) return pageOf([pod('a'), pod('b')], { resourceVersion: '120' });
          if (mark === undefined) return pageOf([pod('a')], { next: 'mark' });
          throw failing('version-gone');
        };
      });
      assert.deepEqual(script.asked, ['list', 'list after mark', 'list', 'watch from 120']);
      assert.deepEqual(rows(), ['a', 'b']);
      assert.equal(feed.state.kind, 'live');
    });

    it('again and again, waits longer and longer', async () => {
      const { script, clock } = await follow((reads) => {
        reads.onWatch = (watch) => watch.fail(failing('version-gone'));
      });
      await clock.advance(10 * minutes);
      assert.ok(script.asked.length > 10);
      assert.ok(script.asked.length < 0.25 * 600, `${script.asked.length} requests in ten minutes`);
    });
  });

  describe('when the server asks to wait', () => {
    it('watches again from the same version after that time, without a list', async () => {
      const { script, clock, feed } = await follow();
      script.watch.fail(failing('cluster-busy', 20));
      await clock.advance(19 * seconds);
      assert.equal(script.watches.length, 1);
      assert.equal(feed.state.kind, 'stale');
      await clock.advance(2 * seconds);
      assert.deepEqual(script.asked, ['list', 'watch from 100', 'watch from 100']);
      assert.equal(feed.state.kind, 'live');
    });

    it('by its own measure where the server names no time', async () => {
      const { script, clock } = await follow();
      script.watch.fail(failing('cluster-busy'));
      await clock.advance(799);
      assert.equal(script.watches.length, 1);
      await clock.advance(801);
      assert.equal(script.watches.length, 2);
    });

    it('lists again after that time', async () => {
      let busy = true;
      const { script, clock, feed } = await follow((reads) => {
        reads.onList = () => {
          if (busy) throw failing('cluster-busy', 60);
          return pageOf([pod('a')]);
        };
      });
      busy = false;
      await clock.advance(59 * seconds);
      assert.deepEqual(script.asked, ['list']);
      assert.ok(feed.state.kind === 'stale' && feed.state.failure.retryAfter === 60);
      await clock.advance(2 * seconds);
      assert.deepEqual(script.asked, ['list', 'list', 'watch from 100']);
    });
  });

  describe('when the connection is cut or a line cannot be read', () => {
    it('says since when and why it is stale, and goes on from the last version', async () => {
      const { script, clock, feed, states, rows } = await follow();
      await clock.advance(20 * seconds);
      script.watch.send({ type: 'ADDED', object: pod('a', '111') });
      const heard = clock.now();
      await clock.advance(10 * seconds);
      script.watch.fail(failing('cluster-unreachable'));
      await clock.settle();
      assert.ok(feed.state.kind === 'stale');
      assert.equal(feed.state.since, heard);
      assert.equal(feed.state.failure.code, 'cluster-unreachable');
      assert.equal(feed.state.nextTry, clock.now() + 800);
      assert.deepEqual(rows(), ['a']);
      await clock.advance(800);
      assert.deepEqual(script.asked, ['list', 'watch from 100', 'watch from 111']);
      assert.deepEqual(
        states.map((state) => state.kind),
        ['live', 'stale', 'live'],
      );
    });

    it('is stale until the new watch is accepted', async () => {
      const { script, clock, feed } = await follow();
      script.onWatch = () => undefined;
      script.watch.fail(failing('cluster-unreachable'));
      await clock.advance(2 * seconds);
      assert.equal(script.watches.length, 2);
      assert.equal(feed.state.kind, 'stale');
      script.watch.send({ type: 'OPENED' });
      assert.equal(feed.state.kind, 'live');
    });

    it('waits longer each time, up to half a minute and its jitter', async () => {
      const { script, clock, states } = await follow(
        (reads) => {
          reads.onWatch = (watch) => watch.fail(failing('cluster-unreachable'));
        },
        { random: () => 0 },
      );
      await clock.advance(5 * minutes);
      const starts = states.flatMap((state) => (state.kind === 'stale' ? [state.nextTry] : []));
      const gaps = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
      assert.deepEqual(gaps.slice(0, 8), [1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000]);
      assert.equal(script.lists.length, 1);
    });

    it('begins with short waits again after two good minutes', async () => {
      const { script, clock } = await follow();
      for (let cut = 0; cut < 6; cut += 1) {
        script.watch.fail(failing('cluster-unreachable'));
        await clock.advance(61 * seconds);
      }
      await clock.advance(30 * seconds);
      script.watch.send({ type: 'BOOKMARK', resourceVersion: '140' });
      await clock.advance(95 * seconds);
      const before = script.watches.length;
      script.watch.fail(failing('cluster-unreachable'));
      await clock.advance(1600);
      assert.equal(script.watches.length, before + 1);
    });

    it('is not slowed down by a proxy that cuts every quiet minute', async () => {
      const { script, clock, feed } = await follow();
      for (let cut = 0; cut < 8; cut += 1) {
        await clock.advance(59 * seconds);
        assert.equal(feed.state.kind, 'live');
        script.watch.fail(failing('cluster-unreachable'));
        await clock.advance(1600);
      }
      assert.equal(script.watches.length, 9);
    });
  });

  it('takes a watch that ends at once for a sick one', async () => {
    const { script, clock, feed } = await follow((reads) => {
      reads.onWatch = (watch) => {
        watch.send({ type: 'OPENED' });
        watch.end();
      };
    });
    assert.equal(feed.state.kind, 'stale');
    await clock.advance(10 * minutes);
    assert.ok(script.asked.length < 0.25 * 600, `${script.asked.length} requests in ten minutes`);
  });

  it('gives up a watch that nobody answers', async () => {
    const { script, clock, feed } = await follow((reads) => {
      reads.onWatch = () => undefined;
    });
    const { signal } = script.watch;
    await clock.advance(30 * seconds);
    assert.ok(signal.aborted);
    assert.ok(feed.state.kind === 'stale' && feed.state.failure.code === 'cluster-unreachable');
  });

  it('begins a new watch where one has been silent longer than bookmarks would be', async () => {
    const { script, clock, states } = await follow();
    const { signal } = script.watch;
    await clock.advance(80 * seconds);
    script.watch.send({ type: 'BOOKMARK', resourceVersion: '150' });
    await clock.advance(90 * seconds);
    assert.ok(!signal.aborted);
    await clock.advance(20 * seconds);
    assert.ok(signal.aborted);
    assert.equal(script.asked.at(-1), 'watch from 150');
    assert.equal(states.length, 1);
  });

  describe('when the cluster refuses', () => {
    for (const code of ['cluster-forbidden', 'cluster-unauthorized', 'credential-plugin-failed'] as const) {
      it(`says so with ${code} and tries seldom`, async () => {
        const { script, clock, feed } = await follow((reads) => {
          reads.onList = () => {
            throw failing(code);
          };
        });
        assert.ok(feed.state.kind === 'denied' && feed.state.failure.code === code);
        await clock.advance(60 * minutes);
        assert.ok(script.asked.length > 5 && script.asked.length < 12, `${script.asked.length} requests`);
      });
    }

    it('comes back by itself when it is allowed', async () => {
      let allowed = false;
      const { clock, feed, rows } = await follow((reads) => {
        reads.onList = () => {
          if (!allowed) throw failing('cluster-forbidden');
          return pageOf([pod('a')]);
        };
      });
      allowed = true;
      await clock.advance(1 * minutes);
      assert.equal(feed.state.kind, 'live');
      assert.deepEqual(rows(), ['a']);
    });

    it('only the watch, reads the list each minute and says how old it is', async () => {
      const { script, clock, states } = await follow((reads) => {
        reads.onWatch = (watch) => watch.fail(failing('cluster-forbidden'));
      });
      await clock.advance(150 * seconds);
      assert.equal(script.lists.length, 3);
      assert.equal(states.at(-1)?.kind, 'stale');
    });

    for (const hidesForbidden of [true, false])
      it(`what it allowed before, asks once more and then holds ${hidesForbidden ? 'nothing' : 'what was true'}, until it is allowed again`, async () => {
        let allowed = true;
        const { script, clock, feed, rows, states } = await follow(
          (reads) => {
            reads.onList = () => {
              if (!allowed) throw failing('cluster-forbidden');
              return pageOf([pod('a')]);
            };
          },
          { hidesForbidden },
        );
        allowed = false;
        feed.refresh();
        await clock.settle();
        assert.equal(states.at(-1)?.kind, 'stale');
        assert.deepEqual(rows(), ['a']);
        await clock.advance(1 * minutes);
        assert.equal(states.at(-1)?.kind, 'denied');
        assert.deepEqual(rows(), hidesForbidden ? [] : ['a']);
        await clock.advance(60 * minutes);
        assert.ok(script.asked.length < 14, `${script.asked.length} requests`);
        allowed = true;
        await clock.advance(20 * minutes);
        assert.equal(states.at(-1)?.kind, 'live');
        assert.deepEqual(rows(), ['a']);
      });

    it('an expired sign-in, keeps what it has and goes on from there', async () => {
      const { script, clock, feed, rows } = await follow((reads) => {
        reads.onList = () => pageOf([pod('a')]);
      });
      script.watch.fail(failing('cluster-unauthorized'));
      await clock.settle();
      assert.equal(feed.state.kind, 'denied');
      assert.deepEqual(rows(), ['a']);
      feed.refresh();
      await clock.settle();
      assert.equal(feed.state.kind, 'live');
    });
  });

  it('finds its kind out anew after a failure to do so', async () => {
    const clock = createManualClock();
    const script = createScriptedReads();
    const cancel = new AbortController();
    const answers = [Promise.reject(failing('cluster-unreachable')), Promise.resolve(kind)];
    const feed = followObjects<Row>(
      { reads: script.reads as ClusterReads, clock },
      {
        kind: () => answers.shift() ?? Promise.resolve(kind),
        query: {},
        project: ({ metadata }) => ({ name: metadata.name, version: undefined }),
        onChange: () => undefined,
      },
      cancel.signal,
    );
    await clock.settle();
    assert.equal(feed.state.kind, 'stale');
    await clock.advance(2 * seconds);
    assert.equal(feed.state.kind, 'live');
    cancel.abort();
    await feed.ended;
  });

  it('keeps watching where only the periodic list fails', async () => {
    const { script, clock, feed } = await follow();
    script.onList = () => {
      throw failing('cluster-unreachable');
    };
    for (let minute = 0; minute < 11; minute += 1) {
      script.watch.send({ type: 'BOOKMARK', resourceVersion: '300' });
      await clock.advance(1 * minutes);
    }
    assert.equal(script.lists.length, 2);
    assert.equal(script.asked.at(-1), 'watch from 300');
    assert.equal(feed.state.kind, 'live');
  });

  it('sends at most one request in four seconds while it is sick, whatever the sickness', async () => {
    for (const code of ['cluster-unreachable', 'cluster-failed', 'version-gone', 'cluster-busy'] as const) {
      for (const seed of [1, 2, 3]) {
        const setting = await follow(
          (reads) => {
            reads.onWatch = (watch) => watch.fail(failing(code, 1));
          },
          { random: createRandom(seed) },
        );
        await setting.clock.advance(3 * minutes);
        const rate = setting.script.asked.length / 180;
        assert.ok(setting.script.watches.length > 5, 'the fault did not happen');
        assert.ok(rate <= 0.25, `${rate} requests a second with ${code}`);
        await setting.stop();
      }
    }
  });

  it('reads everything anew when asked to refresh', async () => {
    const { script, clock, feed } = await follow();
    feed.refresh();
    await clock.settle();
    assert.deepEqual(script.asked, ['list', 'watch from 100', 'list', 'watch from 100']);
    assert.ok(script.watches[0]?.signal.aborted);
  });

  for (const [when, prepare] of [
    [
      'lists',
      (reads) => {
        reads.onList = () => new Promise(() => undefined);
      },
    ],
    ['watches', () => undefined],
    [
      'waits',
      (reads) => {
        reads.onList = () => {
          throw failing('cluster-unreachable');
        };
      },
    ],
  ] as readonly (readonly [string, (reads: ScriptedReads) => void])[]) {
    it(`ends when it is aborted while it ${when}`, async () => {
      const setting = await follow(prepare);
      const before = { asked: setting.script.asked.length, states: setting.states.length };
      await setting.stop();
      await setting.clock.advance(10 * minutes);
      assert.deepEqual(setting.clock.waits, []);
      assert.deepEqual({ asked: setting.script.asked.length, states: setting.states.length }, before);
    });
  }
});
