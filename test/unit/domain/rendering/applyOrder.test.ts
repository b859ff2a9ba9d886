import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { applyOrder } from '../../../../src/domain/rendering/applyOrder.ts';

function order(...objects: readonly string[]): readonly string[] {
  const parsed = objects.map((text) => {
    const [apiVersion = '', kind = '', name = ''] = text.split(' ');
    return { apiVersion, kind, metadata: { name } };
  });
  return applyOrder(parsed).map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`);
}

describe('the order in which objects are applied', () => {
  it('begins with namespaces and definitions, whatever stands first in the manifests', () => {
    assert.deepEqual(
      order(
        'shop.example/v1 Till one',
        'apps/v1 Deployment api',
        'apiextensions.k8s.io/v1 CustomResourceDefinition tills.shop.example',
        'v1 Namespace shop',
      ),
      [
        'v1 Namespace shop',
        'apiextensions.k8s.io/v1 CustomResourceDefinition tills.shop.example',
        'shop.example/v1 Till one',
        'apps/v1 Deployment api',
      ],
    );
  });

  it('has what pods need before the pods, and webhooks of admission last', () => {
    assert.deepEqual(
      order(
        'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration guard',
        'apps/v1 Deployment api',
        'v1 LimitRange limits',
        'v1 ServiceAccount api',
        'v1 Service api',
        'v1 ConfigMap settings',
      ),
      [
        'v1 LimitRange limits',
        'v1 ServiceAccount api',
        'v1 ConfigMap settings',
        'apps/v1 Deployment api',
        'v1 Service api',
        'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration guard',
      ],
    );
  });

  it('keeps the order of the manifests where none is needed', () => {
    const given = ['apps/v1 Deployment b', 'apps/v1 Deployment a', 'v1 Service c', 'apps/v1 Deployment 0'];
    assert.deepEqual(order(...given), given);
  });

  it('takes a namespace of another group for what it is: something else', () => {
    const given = ['apps/v1 Deployment api', 'tenancy.example/v1 Namespace shop'];
    assert.deepEqual(order(...given), given);
  });
});
