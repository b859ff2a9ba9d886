import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { describeAgent } from '../../../../src/domain/agents/describeAgent.ts';
import { agentObjectOf } from '../../../../src/domain/localAgent/agentObjectOf.ts';
import type { Inventory } from '../../../../src/domain/localAgent/inventory.ts';

const source = { environment: 'dev', repository: '/git/shop.git', branch: 'main', path: 'deploy/dev' };
const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
const inventory = (parts: Partial<Inventory>): Inventory => ({
  source,
  paused: false,
  objects: [],
  ...parts,
});

describe('the local agent among other agents', () => {
  for (const [what, parts, isRunning, sentence, sync, health] of [
    ['new', {}, true, 'has applied nothing yet', 'unknown', 'unknown'],
    [
      'at rest',
      { applied: a, attempted: a, settled: 'healthy' },
      true,
      'is on main@aaaaaaa',
      'synced',
      'healthy',
    ],
    ['rolling out', { applied: a, attempted: a }, true, 'is on main@aaaaaaa', 'synced', 'progressing'],
    [
      'in the middle',
      { applied: a, attempted: b },
      true,
      'is on main@aaaaaaa, main@bbbbbbb is being applied',
      'syncing',
      'progressing',
    ],
    [
      'paused',
      { applied: a, attempted: b, paused: true },
      true,
      'is on main@aaaaaaa, main@bbbbbbb waits: reconciliation is suspended',
      'out-of-sync',
      'progressing',
    ],
    [
      'without a process',
      { applied: a, attempted: a, settled: 'failed' },
      false,
      'is on main@aaaaaaa and nobody runs it',
      'synced',
      'degraded',
    ],
    [
      'ended in the middle',
      { applied: a, attempted: b },
      false,
      'is on main@aaaaaaa, main@bbbbbbb waits: nobody runs the agent',
      'out-of-sync',
      'progressing',
    ],
  ] as const)
    it(`is told truthfully when it is ${what}`, () => {
      const object = agentObjectOf(inventory(parts), isRunning);
      assert.equal(describeAgent(object), `Towline agent dev ${sentence}`);
      assert.deepEqual([object.sync, object.health], [sync, health]);
    });
});
