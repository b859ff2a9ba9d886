import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { watchFolder } from '../../../src/adapters/chokidar/watchFolder.ts';
import { createStores } from '../../../src/adapters/node/nodeStores.ts';
import { createEngine } from '../../../src/engine/createEngine.ts';
import type { Ports } from '../../../src/engine/ports/ports.ts';
import { useTemporaryFolder } from '../../support/temporaryFolder.ts';

describe('the output of a step', () => {
  const folder = useTemporaryFolder();

  it('keeps its characters, wherever the writes and reads are cut', async () => {
    const ports = { stores: createStores({ watchFolder }) } as Partial<Ports> as Ports;
    const engine = createEngine(ports, { host: 'cli', version: '1', platform: 'x', dataFolder: folder() });
    const place = { repository: { place: { commonFolder: folder() } } };
    const runs = join(folder(), 'towline/runs');
    mkdirSync(runs, { recursive: true });
    const text = '\ufeffgrün €5\n\ufeff😀 fertig\n';
    let read = '';
    let offset = 0;
    for (const byte of Buffer.from(text)) {
      appendFileSync(join(runs, '1.api.test.log'), Uint8Array.of(byte));
      const next = await engine.readLog(place, 1, 'api.test', offset);
      read += next?.text;
      offset = next?.size ?? 0;
    }
    assert.equal(read, text);
    assert.equal(offset, Buffer.byteLength(text));
  });
});
