import type { Problem, SourcePosition } from '../errors/problem.ts';
import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { plainValueOf } from '../yaml/plainValueOf.ts';
import { readPlainBlocks } from '../yaml/readPlainBlocks.ts';
import { readYaml } from '../yaml/readYaml.ts';
import { splitDocuments } from '../yaml/splitDocuments.ts';
import { startOf } from '../yaml/startOf.ts';
import { positionAt, type YamlDocument } from '../yaml/yamlDocument.ts';
import type { RenderedObject } from './rendering.ts';

export interface ObjectReading {
  readonly objects: readonly Required<RenderedObject>[];
  readonly problems: readonly Problem[];
}

/**
 * Reads the Kubernetes objects of a YAML stream as kubectl does: empty documents are nothing, a `List` is what it
 * holds. What is no object is an error with its place.
 *
 * @param file the name that positions carry
 */
export function readObjects(stream: string, file: string): ObjectReading {
  const objects: Required<RenderedObject>[] = [];
  const problems: Problem[] = [];
  const take = (document: unknown, at: SourcePosition): void => {
    for (const value of expandList(document)) {
      const missing = missingField(value);
      if (missing === undefined) objects.push({ object: value as ClusterObject, at });
      else problems.push({ severity: 'error', message: `This is no Kubernetes object: ${missing}.`, at });
    }
  };
  for (const { text, linesBefore } of splitDocuments(stream)) {
    const move = (at: SourcePosition): SourcePosition => ({ ...at, line: at.line + linesBefore });
    const quick = readPlainBlocks(text);
    if (quick) {
      take(quick.value, move({ file, line: quick.line, column: quick.column }));
      continue;
    }
    const reading = readYaml(text, file, 'kubernetes');
    for (const problem of reading.problems)
      problems.push(problem.at ? { ...problem, at: move(problem.at) } : problem);
    for (const document of reading.documents) take(plainValueOf(document), move(startOfDocument(document)));
  }
  return { objects, problems };
}

function startOfDocument(document: YamlDocument): SourcePosition {
  return positionAt(document, startOf(document.content.contents) ?? 0);
}

function expandList(value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (!isFields(value) || typeof value.kind !== 'string' || !value.kind.endsWith('List')) return [value];
  return Array.isArray(value.items) ? value.items.flatMap(expandList) : [value];
}

function missingField(value: unknown): string | undefined {
  if (!isFields(value)) return 'it is not a mapping';
  if (!isText(value.apiVersion)) return 'it has no apiVersion';
  if (!isText(value.kind)) return 'it has no kind';
  if (!isFields(value.metadata)) return 'it has no metadata';
  const { name, generateName, namespace } = value.metadata;
  if (!isText(name) && !isText(generateName)) return 'it has no metadata.name';
  if (namespace !== undefined && namespace !== null && !isText(namespace))
    return 'its metadata.namespace is not a text';
  return undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
