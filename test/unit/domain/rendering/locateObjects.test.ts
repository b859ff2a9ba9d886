import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { locateObjects } from '../../../../src/domain/rendering/locateObjects.ts';

const object = (kind: string, name: string) => ({ apiVersion: 'v1', kind, metadata: { name } });

function locate(kind: string, name: string, sources: Record<string, string>): string | undefined {
  const [located] = locateObjects([object(kind, name)], Object.entries(sources));
  return located?.at && `${located.at.file}:${located.at.line}`;
}

describe('locateObjects', () => {
  it('finds an object by kind and name, in whichever order they are written', () => {
    const text =
      'kind: Service\nmetadata:\n  labels:\n    name: other\n  name: api\n---\n# x\nmetadata: {name: api}\nkind: Deployment\n';
    assert.equal(locate('Service', 'api', { 'a.yaml': text }), 'a.yaml:1');
    assert.equal(locate('Deployment', 'api', { 'a.yaml': text }), 'a.yaml:8');
  });

  it('allows for prefixes, suffixes and hashes, the longest name first', () => {
    const sources = {
      'a.yaml': 'kind: ConfigMap\nmetadata: {name: api}\n',
      'b.yaml': 'kind: ConfigMap\nmetadata: {name: api-extra}\n',
    };
    assert.equal(locate('ConfigMap', 'dev-api-8f7k2', sources), 'a.yaml:1');
    assert.equal(locate('ConfigMap', 'dev-api-extra-8f7k2', sources), 'b.yaml:1');
  });

  it('takes the base rather than the overlay’s patch', () => {
    const text = 'kind: Deployment\nmetadata:\n  name: api\n';
    assert.equal(locate('Deployment', 'api', { 'overlay.yaml': text, 'base.yaml': text }), 'base.yaml:1');
  });

  it('does not guess where nothing matches', () => {
    assert.equal(locate('Job', 'api', { 'a.yaml': 'kind: Deployment\nmetadata: {name: api}\n' }), undefined);
  });

  it('reads Windows line ends', () => {
    assert.equal(
      locate('Job', 'x', { 'a.yaml': '---\r\nkind: Job\r\nmetadata:\r\n  name: x\r\n' }),
      'a.yaml:2',
    );
  });
});
