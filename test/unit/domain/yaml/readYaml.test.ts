import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { plainValueOf } from '../../../../src/domain/yaml/plainValueOf.ts';
import { readYaml } from '../../../../src/domain/yaml/readYaml.ts';

function valuesOf(text: string): unknown[] {
  const { documents, problems } = readYaml(text, 'some.yaml');
  assert.deepEqual(problems, []);
  return documents.map(plainValueOf);
}

function refusalOf(text: string): string {
  const { documents, problems } = readYaml(text, 'some.yaml');
  assert.equal(documents.length, 0);
  const [first] = problems;
  assert.equal(first?.severity, 'error');
  return `${first.at?.file}:${first.at?.line}:${first.at?.column} ${first.message}`;
}

function aliasChain(length: number, links: number): string {
  const lines = ['a0: &a0 [x]'];
  for (let index = 1; index < length; index += 1) {
    lines.push(
      `a${index}: &a${index} [${Array(links)
        .fill(`*a${index - 1}`)
        .join(', ')}]`,
    );
  }
  return lines.join('\n');
}

describe('readYaml', () => {
  it('reads every document of a file, empty ones too', () => {
    assert.deepEqual(valuesOf('a: 1\n---\n# nothing\n---\n- b\n'), [{ a: 1 }, null, ['b']]);
  });

  it('reads JSON', () => {
    assert.deepEqual(valuesOf('{"a": [1, {"b": null}]}'), [{ a: [1, { b: null }] }]);
  });

  it('finds no documents in an empty text', () => {
    assert.deepEqual(valuesOf(''), []);
  });

  it('writes out ordinary aliases', () => {
    assert.deepEqual(valuesOf('a: &x [1]\nb: *x\n'), [{ a: [1], b: [1] }]);
  });

  it('names file, line and column of a syntax error', () => {
    assert.match(refusalOf('a: 1\nb: [1\nc: 2\n'), /^some\.yaml:3:1 /);
  });

  it('does not count a byte order mark as a column', () => {
    assert.match(refusalOf('\uFEFFa: "\\q"'), /^some\.yaml:1:5 /);
  });

  it('refuses a key that stands twice', () => {
    assert.equal(
      refusalOf('a:\n  b: 1\n  b: 2\n'),
      'some.yaml:3:3 The YAML key "b" stands twice in one mapping.',
    );
  });

  it('refuses an alias without an anchor and an anchor that contains itself', () => {
    assert.equal(refusalOf('a: *x'), 'some.yaml:1:4 The YAML alias *x has no anchor before it.');
    assert.equal(refusalOf('a: &x [*x]'), 'some.yaml:1:8 The YAML anchor &x contains itself.');
  });

  it('refuses aliases that multiply, and aliases that nest', () => {
    assert.match(refusalOf(aliasChain(9, 9)), /stand for more than 100000 nodes/);
    assert.match(refusalOf(aliasChain(300, 1)), /deeper than 128 levels once its aliases are written out/);
    assert.match(refusalOf(`a: &x 1\nb: [${'*x,'.repeat(1001)}]`), /has 1001 aliases/);
  });

  for (const [name, unit] of Object.entries({
    'flow sequences': '[',
    'flow mappings': '{a: ',
    'mixed flow': '[{a: ',
    'block sequences': '- ',
    'explicit keys': '? ',
    'compact mappings': 'a: ',
  })) {
    it(`refuses nested ${name} without reading on`, () => {
      const started = performance.now();
      assert.match(refusalOf(unit.repeat(2_000_000 / unit.length)), /deeper than 128 levels/);
      assert.ok(performance.now() - started < 1000);
    });
  }

  it('refuses a text that is too long or has too many tokens', () => {
    assert.match(refusalOf(`a: ${'x'.repeat(3_000_000)}`), /at most 2097152 are read/);
    assert.match(refusalOf('-\n'.repeat(900_000)), /more than 400000 tokens/);
  });

  it('reads a wide mapping in time linear in its size', () => {
    const keys = Array.from({ length: 49_000 }, (_, index) => `k${index}: v\n`).join('');
    const started = performance.now();
    assert.equal(readYaml(keys, 'wide.yaml').documents.length, 1);
    assert.ok(performance.now() - started < 5000);
  });

  // Up to Node 22, which is the Node of editors still in use, composing these aborts the process at the second
  // time; newer ones only throw. Each depth has a process of its own: a shallower parse can hide the abort.
  for (const depth of [900, 1500, 20_000]) {
    it(`survives ten parses of ${depth} levels in one process`, () => {
      const module = new URL('../../../../src/domain/yaml/readYaml.ts', import.meta.url);
      const script = `
        import { readYaml } from ${JSON.stringify(fileURLToPath(module))};
        const text = '['.repeat(${depth}) + '1' + ']'.repeat(${depth});
        const messages = new Set();
        for (let time = 0; time < 10; time += 1) {
          for (const { message } of readYaml(text, 'deep.yaml').problems) messages.add(message);
        }
        console.log(...messages);`;
      const child = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
        encoding: 'utf8',
      });
      assert.equal(child.stdout, 'The file is nested deeper than 128 levels.\n', child.stderr);
    });
  }
});
