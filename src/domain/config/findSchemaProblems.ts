import { type OutputUnit, type Schema, validate } from '@cfworker/json-schema';
import type { YamlPath } from '../yaml/positionOf.ts';
import type { ConfigProblem } from './configProblem.ts';
import { configSchema, type SchemaNode, schemaAt } from './configSchema.ts';
import { describeValue, formatPath, listValues } from './describeValue.ts';
import { nearestName } from './nearestName.ts';

/** Keywords that only say that something inside them is wrong, which is reported by itself. */
const summaries = new Set(['properties', 'additionalProperties', 'items', 'propertyNames', 'if']);

/** What the shipped schema finds wrong with a value, each place once. */
export function findSchemaProblems(value: unknown): readonly ConfigProblem[] {
  const { errors } = validate(value, configSchema as Schema, '7', undefined, false);
  const problems = new Map<string, ConfigProblem>();
  for (const error of errors) {
    if (summaries.has(error.keyword)) continue;
    const path = pathOf(error.instanceLocation, value);
    const known = problems.get(error.instanceLocation);
    // A value of the wrong type breaks other keywords, too; the type is what to say.
    if (known === undefined || error.keyword === 'type')
      problems.set(error.instanceLocation, describe(error, path, value));
  }
  return [...problems.values()];
}

function pathOf(pointer: string, root: unknown): YamlPath {
  const path: (string | number)[] = [];
  let value = root;
  for (const part of pointer.split('/').slice(1)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(key) : key);
    value = (value as Record<string, unknown> | undefined)?.[key];
  }
  return path;
}

function describe(error: OutputUnit, path: YamlPath, root: unknown): ConfigProblem {
  if (error.keyword === 'false') return unknownKey(path);
  if (error.keywordLocation.includes('/propertyNames/')) return badName(path);
  const node = schemaAt(path);
  const value = valueAt(root, path);
  if (error.keyword === 'required') {
    const missing = /"([^"]+)"/.exec(error.error)?.[1] ?? '';
    return { path, part: 'value', message: `${formatPath(path)} must have ${JSON.stringify(missing)}.` };
  }
  const subject = path.length === 0 ? 'The file' : formatPath(path);
  const message = `${subject} is ${describeValue(value)}; it ${expectation(error.keyword, node)}.`;
  return { path, part: 'value', message, ...suggestion(value, path, node) };
}

function unknownKey(path: YamlPath): ConfigProblem {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const allowed = Object.keys(schemaAt(parent)?.properties ?? {});
  const nearest = nearestName(key, allowed);
  const place = parent.length === 0 ? '' : ` in ${formatPath(parent)}`;
  const meant = nearest === undefined ? '' : ` Did you mean ${JSON.stringify(nearest)}?`;
  return {
    path,
    part: 'key',
    message: `Unknown key ${JSON.stringify(key)}${place}.${meant} Allowed: ${allowed.join(', ')}.`,
  };
}

function badName(path: YamlPath): ConfigProblem {
  return {
    path,
    part: 'key',
    message: `${JSON.stringify(path.at(-1))} cannot be a name: letters, digits, ".", "_" and "-" are allowed, with a letter or digit at both ends, but no ".." and no ".lock" at the end.`,
  };
}

function expectation(keyword: string, node: SchemaNode | undefined): string {
  if (keyword === 'pattern')
    return node?.patternErrorMessage ?? `must be like ${listValues(node?.examples ?? [])}`;
  if (keyword === 'enum') return `must be ${listValues(node?.enum ?? [])}`;
  if (keyword === 'minItems' || keyword === 'minLength') {
    const filled = node?.examples?.find((shown) => Array.isArray(shown) === (keyword === 'minItems'));
    return `must not be empty, but like ${JSON.stringify(filled ?? '')}`;
  }
  if (keyword === 'minimum' || keyword === 'maximum') {
    return `must be a whole number from ${node?.minimum} to ${node?.maximum}`;
  }
  if (node?.const !== undefined) return `must be ${JSON.stringify(node.const)}`;
  // Only `tests` takes a list, a mapping or one word.
  if (Array.isArray(node?.type) && node.type.includes('array')) {
    return 'must be none, a list of arguments such as ["npm", "test"], or a mapping with "command"';
  }
  return `must be ${typeName(node)}`;
}

function typeName(node: SchemaNode | undefined): string {
  const types = [node?.type ?? []].flat().filter((type) => type !== 'null');
  if (types.includes('object')) return `a mapping with ${keysOf(node)}`;
  if (types.includes('array')) return `a list, such as ${example(node)}`;
  if (types.includes('boolean') && types.length === 1) return 'true or false';
  if (types.includes('integer')) return `a whole number from ${node?.minimum} to ${node?.maximum}`;
  if (node?.patternErrorMessage !== undefined) return node.patternErrorMessage.replace(/^must be /, '');
  return types.length > 1 ? types.join(' or ') : `a text, such as ${example(node)}`;
}

function keysOf(node: SchemaNode | undefined): string {
  const keys = Object.keys(node?.properties ?? {});
  return keys.length === 0 ? 'names as its keys' : keys.join(', ');
}

function example(node: SchemaNode | undefined): string {
  return JSON.stringify(node?.examples?.[0] ?? '');
}

/** Commands are argument arrays; a text is what most people write first. */
function suggestion(value: unknown, path: YamlPath, node: SchemaNode | undefined): { next?: string } {
  if (typeof value === 'string' && value !== '' && (path.at(-1) === 'tests' || path.at(-1) === 'command')) {
    return { next: `No shell reads it. Write [${value.trim().split(/\s+/).join(', ')}].` };
  }
  if (typeof value === 'string' && node?.enum !== undefined) {
    const nearest = nearestName(value, node.enum.map(String));
    if (nearest !== undefined) return { next: `Did you mean ${JSON.stringify(nearest)}?` };
  }
  return {};
}

function valueAt(root: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown> | null)?.[step],
    root,
  );
}
