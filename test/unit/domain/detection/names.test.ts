import assert from 'node:assert/strict';
import { cleanImageComponent, cleanName } from '../../../../src/domain/detection/cleanName.ts';
import { nameByPath } from '../../../../src/domain/detection/nameByPath.ts';
import { isRepository } from '../../../../src/domain/images/imageReference.ts';

function names(...paths: string[]): readonly string[] {
  return nameByPath(
    paths.map((path) => ({ path, segments: path.split('/').filter(Boolean) })),
    'root',
  );
}

describe('nameByPath', () => {
  it('gives the last segment where that is enough, and more of the path where it is not', () => {
    assert.deepEqual(names('a/api', 'b/api', 'b/web', ''), ['a-api', 'b-api', 'web', 'root']);
  });

  it('tells names apart on disks that ignore case', () => {
    assert.deepEqual(names('a/API', 'b/api'), ['a-API', 'b-api']);
  });

  it('counts where nothing else is left', () => {
    assert.deepEqual(names('a b', 'a-b', 'x/a-b'), ['a-b', 'a-b-2', 'x-a-b']);
    assert.deepEqual(names('', 'root'), ['root', 'root-2']);
  });
});

describe('cleanImageComponent', () => {
  it('makes names that Docker takes, of anything', () => {
    const texts = [
      'API',
      'Größe & Söhne',
      'サービス',
      '--a..b__c--',
      'a_b',
      'ÅØ',
      '',
      '_',
      'x'.repeat(300),
      'Łódź',
    ];
    for (const text of texts) assert.ok(isRepository(`shop/${cleanImageComponent(text)}`), text);
    assert.equal(cleanImageComponent('Größe & Söhne'), 'grosse-sohne');
    assert.equal(cleanImageComponent('--a..b__c--'), 'a-b__c');
  });

  it('keeps names without usable letters apart', () => {
    assert.notEqual(cleanImageComponent('サービス'), cleanImageComponent('注文'));
  });
});

describe('cleanName', () => {
  it('makes names that a branch can have', () => {
    assert.equal(cleanName('Lager Verwaltung'), 'Lager-Verwaltung');
    assert.equal(cleanName('..a..b.lock'), 'a.b-lock');
    assert.equal(cleanName('サービス'), 'サービス');
    assert.match(cleanName('???'), /^service-[a-z0-9]+$/);
  });
});
