import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { findDirtyServices } from '../../../../src/domain/plan/findDirtyServices.ts';
import type { Service } from '../../../../src/domain/workspace/service.ts';
import { makeBuild, makeService } from '../../../support/services.ts';

function check(services: readonly Service[], dirty: readonly string[], ...expected: readonly string[]): void {
  assert.deepEqual([...findDirtyServices(services, [...dirty].sort(), () => true)].sort(), expected);
}

const api = makeService('api');

describe('findDirtyServices', () => {
  it('finds a change in the folder of a service', () => check([api], ['api/src/main.js'], 'api'));
  it('is not misled by a folder of a longer name', () =>
    check([api], ['api-gateway/a.js', 'api.md', 'api0/a.js']));
  it('counts everything for a service in the root', () => {
    check([makeService('all', { folder: '' })], ['docs/readme.md'], 'all');
  });
  it('finds a change in the build context', () => {
    check(
      [makeService('api', { build: makeBuild('api', { context: 'services' }) })],
      ['services/shared/a.js'],
      'api',
    );
  });
  it('finds a change in a Dockerfile elsewhere', () => {
    const build = makeBuild('api', { dockerfile: 'docker/api.Dockerfile' });
    check([makeService('api', { build })], ['docker/api.Dockerfile'], 'api');
  });
  it('finds a change in a declared input, be it a folder or a file', () => {
    const tests = {
      kind: 'command',
      command: ['check'],
      inputs: ['fixtures', 'contract.json'],
      environment: [],
      timeout: 1,
      because: '',
    } as const;
    check([makeService('api', { tests })], ['fixtures/a.json'], 'api');
    check([makeService('api', { tests })], ['contract.json'], 'api');
    check([makeService('api', { tests })], ['contract.json.bak']);
  });
  it('passes on to everything that is built on it, also around a cycle', () => {
    const chain = [
      makeService('top', { dependsOn: ['middle'] }),
      makeService('middle', { dependsOn: ['bottom'] }),
      makeService('bottom', { dependsOn: ['top'] }),
      makeService('other'),
    ];
    check(chain, ['bottom/a'], 'bottom', 'middle', 'top');
  });
  it('finds nothing in a clean tree', () => check([api, makeService('all', { folder: '' })], []));
});
