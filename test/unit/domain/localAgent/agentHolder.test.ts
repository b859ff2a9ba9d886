import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  type AgentHolder,
  describeHolder,
  holderLimit,
  isHolding,
  readHolder,
  writeHolder,
} from '../../../../src/domain/localAgent/agentHolder.ts';
import { lookPace } from '../../../../src/domain/localAgent/lookPace.ts';

const holder: AgentHolder = {
  identity: '{"process":4711,"machine":"laptop pid:[4026531836]","start":"boot 12"}',
  host: 'editor',
  renewed: 1_000_000,
};

describe('the holder of an inventory', () => {
  it('comes back as it was written, and not at all when half of it is missing', () => {
    assert.deepEqual(readHolder(writeHolder(holder)), holder);
    for (const text of [undefined, '', '{', '{}', '{"identity":1,"renewed":1}', '{"identity":"a"}'])
      assert.equal(readHolder(text), undefined);
  });

  it('holds as long as its process runs, and is gone with it', () => {
    const late = holder.renewed + 100 * holderLimit;
    assert.equal(isHolding(holder, 'running', late), true);
    assert.equal(isHolding(holder, 'gone', holder.renewed), false);
  });

  it('is believed for a minute when its process cannot be seen', () => {
    assert.equal(isHolding(holder, 'elsewhere', holder.renewed + holderLimit - 1), true);
    assert.equal(isHolding(holder, 'elsewhere', holder.renewed + holderLimit), false);
  });

  it('is named without its namespace of process numbers, as far as it can be named', () => {
    assert.equal(describeHolder(holder), 'an editor, process 4711 on laptop');
    assert.match(describeHolder({ ...holder, host: 'cli' }), /^a terminal,/);
    assert.equal(describeHolder({ ...holder, identity: 'opaque' }), 'an editor');
  });
});

describe('lookPace', () => {
  for (const address of [
    undefined,
    '/git/shop.git',
    '../shop.git',
    'file:///git/shop.git',
    'C:\\git\\shop.git',
  ])
    it(`is a second for ${address ?? 'a local branch'}`, () => assert.equal(lookPace(address, 0.5), 1_000));

  for (const address of [
    'https://example.org/shop.git',
    'ssh://git@host/shop',
    'git@example.org:shop.git',
    'host:shop',
  ])
    it(`is half a minute and up to 15 s for ${address}`, () => {
      assert.equal(lookPace(address, 0), 30_000);
      assert.equal(lookPace(address, 1), 45_000);
    });
});
