import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import protobuf from 'protobufjs/minimal.js';
import { buildFailure } from '../../../../src/adapters/docker/buildFailure.ts';
import { createBuildRecord } from '../../../../src/adapters/docker/buildRecord.ts';
import { readBuildTrace } from '../../../../src/adapters/docker/buildTrace.ts';
import type { BuildProgress } from '../../../../src/engine/ports/containerEngine.ts';

/** What Docker Engine 20.10 sent for a build whose RUN ends with 7. */
const recorded = readFileSync(join(import.meta.dirname, 'failedBuild.jsonl'), 'utf8')
  .trim()
  .split('\n');

function replay() {
  const progress: BuildProgress[] = [];
  const record = createBuildRecord((item) => progress.push(item));
  for (const line of recorded) {
    const message: { id?: string; aux?: string } = JSON.parse(line);
    if (message.id === 'moby.buildkit.trace') {
      record.take(readBuildTrace(message.aux ?? '', (bytes) => protobuf.Reader.create(bytes)));
    }
  }
  return { progress, record };
}

describe('a recorded BuildKit trace', () => {
  it('tells each step once as started and once as ended', () => {
    const steps = replay().progress.flatMap((item) =>
      item.type === 'vertex' && item.name.startsWith('[') ? [`${item.name}: ${item.state}`] : [],
    );
    assert.deepEqual(steps.slice(-3), [
      '[1/2] COPY busybox /bin/sh: cached',
      '[2/2] RUN echo hello; echo grün >&2; exit 7: started',
      '[2/2] RUN echo hello; echo grün >&2; exit 7: failed',
    ]);
    assert.equal(new Set(steps).size, steps.length);
  });

  it('gives the output as text', () => {
    const text = replay().progress.flatMap((item) => (item.type === 'output' ? [item.text] : []));
    assert.deepEqual(text.join('').split('\n').sort(), ['', 'grün', 'hello']);
  });

  it('says which step failed, how, and what it printed last', () => {
    const { record } = replay();
    const message: string = JSON.parse(recorded.at(-1) ?? '').error;
    const error = buildFailure({
      message,
      dockerfile: '/p/Dockerfile',
      failed: record.failed(),
      lastLines: record.lastLines(),
    });
    assert.equal(error.code, 'build-failed');
    assert.match(error.failure.why, /^\[2\/2\] RUN echo hello.* ended with exit code 7\n/);
    assert.match(error.failure.why, /^ {2}hello$/m);
  });
});
