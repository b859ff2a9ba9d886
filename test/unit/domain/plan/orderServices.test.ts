import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { orderServices } from '../../../../src/domain/plan/orderServices.ts';
import { makeService } from '../../../support/services.ts';

/** `api>base,lib db` reads: api is built on base and lib; db on nothing. */
function check(graph: string, asked: string, expected: string): void {
  const services = graph.split(' ').map((entry) => {
    const [name = '', on] = entry.split('>');
    return makeService(name, { dependsOn: on === undefined ? [] : on.split(',') });
  });
  const ordered = orderServices(services, asked.split(' ').filter(Boolean));
  assert.equal(ordered.map(({ name }) => name).join(' '), expected);
}

describe('orderServices', () => {
  it('puts each service after what it is built on', () => check('api>base base web>api', '', 'base api web'));
  it('brings what the named ones are built on, and nothing else', () => {
    check('api>base base web>api db', 'api', 'base api');
  });
  it('names each once', () => check('a>base b>base base', '', 'base a b'));
  it('keeps the order of those that do not depend on each other', () => check('c a b', '', 'c a b'));
  it('breaks a cycle where it closes', () => check('a>b b>c c>a', '', 'c b a'));
  it('takes a service built on itself once', () => check('a>a', '', 'a'));
  it('passes over names that do not exist', () => check('a>gone', 'a nowhere', 'a'));
  it('orders a chain of a thousand', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `s${index}`);
    const graph = names.map((name, index) => (index < 999 ? `${name}>s${index + 1}` : name)).join(' ');
    check(graph, '', names.reverse().join(' '));
  });
});
