import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createBuildRecord } from '../../../../src/adapters/docker/buildRecord.ts';
import { readRawProgress } from '../../../../src/adapters/docker/buildxProgress.ts';
import type { BuildProgress } from '../../../../src/engine/ports/containerEngine.ts';

const vertex = { digest: 'sha256:1', name: '[1/1] RUN x', started: '2026-01-01T00:00:00Z' };
const statuses = [
  { vertexes: [vertex] },
  { logs: [{ vertex: vertex.digest, stream: 1, data: Buffer.from('grün\n').toString('base64') }] },
  { vertexes: [{ ...vertex, completed: '2026-01-01T00:00:01Z', error: 'exit code: 9' }] },
];

function read(text: string) {
  const progress: BuildProgress[] = [];
  const record = createBuildRecord((item) => progress.push(item));
  const reader = readRawProgress(record);
  // In pieces that respect no line.
  for (let at = 0; at < text.length; at += 7) reader.take(text.slice(at, at + 7));
  reader.end();
  return { progress, record, error: reader.error() };
}

describe('readRawProgress', () => {
  for (const [what, indent] of [
    ['one line each', undefined],
    ['many lines each', 2],
  ] as const) {
    it(`reads objects on ${what}`, () => {
      const text = statuses.map((status) => `${JSON.stringify(status, undefined, indent)}\n`).join('');
      const { progress, record, error } = read(`${text}ERROR: failed to solve: x`);
      assert.deepEqual(
        progress.map((item) => (item.type === 'vertex' ? item.state : item.text)),
        ['started', 'grün\n', 'failed', 'ERROR: failed to solve: x\n'],
      );
      assert.equal(error, 'failed to solve: x');
      assert.equal(record.failed()?.name, vertex.name);
      assert.deepEqual(record.lastLines(), ['grün']);
    });
  }

  it('passes plain progress on as it is', () => {
    const { progress } = read('#1 [internal] load\n#1 DONE 0.1s\n');
    assert.deepEqual(progress, [
      { type: 'output', text: '#1 [internal] load\n' },
      { type: 'output', text: '#1 DONE 0.1s\n' },
    ]);
  });
});
