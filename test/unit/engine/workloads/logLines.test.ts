import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createLogLines } from '../../../../src/engine/workloads/logLines.ts';

const at = (second: number, said: string) => `2030-01-01T00:00:0${second}.000000000Z ${said}\n`;

describe('lines of a log', () => {
  it('come whole, without their times unless these are wanted', () => {
    const lines = createLogLines('', false);
    assert.equal(lines.push(at(1, 'one').slice(0, 10)), '');
    assert.equal(lines.push(`${at(1, 'one').slice(10)}${at(2, '')}${at(3, 'half').slice(0, -3)}`), 'one\n\n');
    assert.equal(lines.rest(), 'ha\n');
    assert.equal(createLogLines('[a] ', true).push(at(1, 'one')), `[a] ${at(1, 'one')}`);
  });

  it('are told once when a log is read anew, also those of the same moment', () => {
    const lines = createLogLines('', false);
    lines.push(at(1, 'one') + at(2, 'two') + at(2, 'three'));
    lines.again();
    assert.equal(lines.push(at(2, 'two') + at(2, 'three') + at(2, 'four') + at(3, 'five')), 'four\nfive\n');
    lines.again();
    assert.equal(lines.push(at(1, 'one') + at(3, 'five') + at(4, 'six')), 'six\n');
  });

  it('of the node itself are shown where there is nothing else', () => {
    const lines = createLogLines('', false);
    assert.equal(lines.push('unable to retrieve logs\n'), 'unable to retrieve logs\n');
    lines.push(at(1, 'one'));
    lines.again();
    assert.equal(lines.push('unable to retrieve logs\n'), '');
  });

  it('that are too long come in pieces', () => {
    const lines = createLogLines('', false);
    const long = 'x'.repeat(70_000);
    const first = lines.push(at(1, long).slice(0, -1));
    assert.equal(first, `${long}\n`);
    assert.equal(lines.push('rest\n'), 'rest\n');
    assert.equal(lines.push(at(2, 'next')), 'next\n');
  });
});
