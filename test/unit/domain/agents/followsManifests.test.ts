import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { AgentObject } from '../../../../src/domain/agents/agentObject.ts';
import { followsManifests, sameRepository } from '../../../../src/domain/agents/followsManifests.ts';

const object = (kind: AgentObject['kind'], sources: AgentObject['sources']): AgentObject => ({
  agent: kind === 'Application' ? 'argo-cd' : 'flux',
  kind,
  namespace: 'flux-system',
  name: 'shop',
  sources,
  sync: 'synced',
  health: 'healthy',
  imageOverrides: [],
});

const place = { url: 'https://git.example/acme/shop.git', path: 'deploy/dev', branch: 'main' };

describe('followsManifests', () => {
  const follows = (one: AgentObject, all: readonly AgentObject[] = [one]) =>
    followsManifests(one, place, all);

  it('knows an Application by repository and folder', () => {
    const url = 'git@git.example:acme/shop.git';
    assert.equal(follows(object('Application', [{ url, path: 'deploy/dev' }])), true);
    assert.equal(follows(object('Application', [{ url, path: 'deploy/prod' }])), false);
    assert.equal(
      follows(object('Application', [{ url: 'https://git.example/other', path: 'deploy/dev' }])),
      false,
    );
    assert.equal(follows(object('Application', [{ url, chart: 'shop' }])), false);
  });

  it('knows a Kustomization by the repository that is fetched for it', () => {
    const fetched = object('GitRepository', [{ url: place.url, revision: 'main' }]);
    const from = 'GitRepository/flux-system/shop';
    const kustomization = object('Kustomization', [{ path: 'deploy/dev', from }]);
    assert.equal(follows(kustomization, [kustomization, fetched]), true);
    assert.equal(follows(kustomization), false);
    assert.equal(follows(fetched, [kustomization, fetched]), false);
  });
});

describe('sameRepository', () => {
  for (const [one, other, same] of [
    ['https://git.example/acme/shop', 'https://git.example/acme/shop.git/', true],
    ['ssh://git@GIT.example:22/acme/shop.git', 'git@git.example:acme/shop', true],
    ['/srv/git/shop.git', '/srv/git/shop', true],
    ['https://user:word@git.example/acme/shop', 'https://git.example/acme/shop', true],
    ['https://git.example/acme/shop', 'https://git.example/acme/shop2', false],
    ['https://git.example/acme/shop', 'https://other.example/acme/shop', false],
  ] as const)
    it(`says that ${one} and ${other} are ${same ? 'one' : 'two'}`, () => {
      assert.equal(sameRepository(one, other), same);
      assert.equal(sameRepository(other, one), same);
    });
});
