import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { applierOf, hasNoBooks, usualManager } from '../../../../src/domain/diff/fieldManager.ts';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';

/** `Apply kubectl`, `Update kube-controller-manager status` */
function managedBy(...entries: readonly string[]): ClusterObject {
  const managedFields = entries.map((entry) => {
    const [operation, manager, subresource] = entry.split(' ');
    return { operation, manager, apiVersion: 'v1', ...(subresource ? { subresource } : {}), fieldsV1: {} };
  });
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', managedFields } };
}

describe('who applied an object', () => {
  const cases: readonly [readonly string[], string | undefined][] = [
    [['Apply kustomize-controller', 'Apply kubectl'], 'kustomize-controller'],
    [['Update argocd-controller', 'Apply kubectl'], 'argocd-controller'],
    [['Update kubectl-edit', 'Apply towline', 'Apply kubectl'], 'kubectl'],
    [['Apply towline'], 'towline'],
    [['Update kubectl-client-side-apply', 'Update kube-controller-manager'], undefined],
    [['Apply vpa status'], undefined],
    [[], undefined],
  ];
  for (const [entries, expected] of cases)
    it(`is ${expected ?? 'nobody that is known'} by ${entries.join(', ') || 'no entry'}`, () => {
      assert.equal(applierOf(managedBy(...entries)), expected);
    });

  it('is for new objects who applied most of the others, else Towline', () => {
    assert.equal(usualManager(['a', undefined, 'b', 'b']), 'b');
    assert.equal(usualManager([undefined]), 'towline');
  });

  it('left no books where it only updated', () => {
    assert.equal(hasNoBooks(managedBy('Update argocd-controller'), 'argocd-controller'), true);
    assert.equal(hasNoBooks(managedBy('Apply argocd-controller'), 'argocd-controller'), false);
    assert.equal(hasNoBooks(managedBy(), 'towline'), false);
  });
});
