import assert from 'node:assert/strict';
import schema from '../../../../media/towline.schema.json' with { type: 'json' };
import { findSchemaProblems } from '../../../../src/domain/config/findSchemaProblems.ts';
import { formatDuration, parseDuration } from '../../../../src/domain/config/parseDuration.ts';
import { defaultTimeouts } from '../../../../src/domain/workspace/service.ts';
import { defaultSettings } from '../../../../src/domain/workspace/workspace.ts';

interface Node {
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: boolean | Node;
  readonly items?: Node;
}

/** Every described value below a node, with the path to an example of it. */
function nodesBelow(node: Node, path: string[] = []): { node: Node; path: string[] }[] {
  const children: [string, Node][] = Object.entries(node.properties ?? {});
  if (typeof node.additionalProperties === 'object') children.push(['example', node.additionalProperties]);
  if (node.items !== undefined) children.push(['[]', node.items]);
  return children.flatMap(([name, child]) => [
    { node: child, path: [...path, name] },
    ...nodesBelow(child, [...path, name]),
  ]);
}

/** A file that says nothing but this value at this path. */
function fileWith(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((inner, step) => (step === '[]' ? [inner] : { [step]: inner }), value);
}

const nodes = nodesBelow(schema as Node);

describe('the schema of towline.yaml', () => {
  it('describes every value with a title, a sentence and examples', () => {
    assert.ok(nodes.length > 40);
    for (const { node, path } of nodes) {
      assert.ok(
        node.title && node.description?.endsWith('.') !== undefined && node.examples?.length,
        path.join('.'),
      );
    }
  });

  it('accepts its own examples and defaults', () => {
    for (const { node, path } of nodes) {
      for (const value of [...(node.examples ?? []), ...('default' in node ? [node.default] : [])]) {
        // A part of a secret is no secret: it has no id.
        const problems = findSchemaProblems(fileWith(path, value)).filter(
          ({ message }) => !/must have "id"/.test(message),
        );
        assert.deepEqual(problems, [], path.join('.'));
      }
    }
  });

  it('states the defaults that the code has', () => {
    const defaultAt = (...path: string[]) =>
      nodes.find((found) => found.path.join() === path.join())?.node.default;
    assert.equal(defaultAt('runs', 'keep'), defaultSettings.keepRuns);
    assert.equal(defaultAt('runs', 'parallel'), defaultSettings.parallel);
    assert.equal(
      parseDuration(String(defaultAt('runs', 'baseImageMaxAge'))),
      defaultSettings.baseImageMaxAge,
    );
    const service = ['services', 'example'];
    assert.equal(parseDuration(String(defaultAt(...service, 'tests', 'timeout'))), defaultTimeouts.test);
    assert.equal(parseDuration(String(defaultAt(...service, 'build', 'timeout'))), defaultTimeouts.build);
  });
});

describe('parseDuration', () => {
  it('reads what formatDuration writes', () => {
    for (const seconds of [0, 1, 59, 60, 90, 3600, 5430, 86_400]) {
      assert.equal(parseDuration(formatDuration(seconds)), seconds);
    }
    assert.equal(formatDuration(5430), '1h30m30s');
  });

  it('refuses texts without a unit or with another', () => {
    for (const text of ['', '10', '1w', '-1s', '1 h', 's', '1.s'])
      assert.equal(parseDuration(text), undefined);
    assert.equal(parseDuration('1.5h'), 5400);
  });
});
