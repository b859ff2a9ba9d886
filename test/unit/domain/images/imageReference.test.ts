import assert from 'node:assert/strict';
import {
  formatImageReference,
  normaliseRepository,
  parseImageReference,
  splitRepository,
} from '../../../../src/domain/images/imageReference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('parseImageReference', () => {
  for (const [text, expected] of [
    ['nginx', { repository: 'nginx' }],
    ['nginx:1.27', { repository: 'nginx', tag: '1.27' }],
    ['localhost:5001/shop/api', { repository: 'localhost:5001/shop/api' }],
    ['localhost/api:v1', { repository: 'localhost/api', tag: 'v1' }],
    [`ghcr.io/acme/api:v1@${digest}`, { repository: 'ghcr.io/acme/api', tag: 'v1', digest }],
    [`10.0.0.1:5000/a/b/c@${digest}`, { repository: '10.0.0.1:5000/a/b/c', digest }],
    ['[::1]:5000/api', { repository: '[::1]:5000/api' }],
    ['a__b/c--d/e.f', { repository: 'a__b/c--d/e.f' }],
  ] as const) {
    it(`reads ${text}, and writes it the same`, () => {
      const reference = parseImageReference(text);
      assert.deepEqual(reference, expected);
      assert.equal(reference && formatImageReference(reference), text);
    });
  }

  for (const text of [
    '',
    ' nginx',
    'Nginx',
    'api:',
    'api:$TAG',
    'api@sha256:short',
    `api@${digest}@${digest}`,
    'ghcr.io//api',
    'http://ghcr.io/api',
    'api:-v1',
    'a..b',
    'a'.repeat(64),
    `${'a/'.repeat(130)}a`,
    `api:${'x'.repeat(129)}`,
  ]) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.equal(parseImageReference(text), undefined);
    });
  }

  it('answers soon on a text made to be slow', () => {
    const started = performance.now();
    assert.equal(parseImageReference(`${'a-'.repeat(600)}!`), undefined);
    assert.equal(parseImageReference(`${'a.'.repeat(120)}_/x`), undefined);
    assert.ok(performance.now() - started < 200);
  });
});

describe('splitRepository', () => {
  it('takes a first component with a dot, a colon or a capital, or localhost, for a host', () => {
    assert.deepEqual(splitRepository('localhost/a'), { registry: 'localhost', path: 'a' });
    assert.deepEqual(splitRepository('host:80/a/b'), { registry: 'host:80', path: 'a/b' });
    assert.deepEqual(splitRepository('Host/a'), { registry: 'Host', path: 'a' });
    assert.deepEqual(splitRepository('shop/api'), { path: 'shop/api' });
    assert.deepEqual(splitRepository('nginx'), { path: 'nginx' });
  });
});

describe('normaliseRepository', () => {
  it("writes Docker's defaults out", () => {
    assert.equal(normaliseRepository('nginx'), 'docker.io/library/nginx');
    assert.equal(normaliseRepository('shop/api'), 'docker.io/shop/api');
    assert.equal(normaliseRepository('index.docker.io/nginx'), 'docker.io/library/nginx');
    assert.equal(normaliseRepository('localhost:5001/nginx'), 'localhost:5001/nginx');
  });
});
