import type { SourcePosition } from '../errors/problem.ts';
import { type FieldPath, readField } from '../kubernetes/fieldPath.ts';
import { plainValueOf } from '../yaml/plainValueOf.ts';
import { positionOf, type YamlPath } from '../yaml/positionOf.ts';
import { readYaml } from '../yaml/readYaml.ts';
import { splitDocuments } from '../yaml/splitDocuments.ts';
import type { YamlDocument } from '../yaml/yamlDocument.ts';

/** An object, or a patch of one, as a file has it, with the places of its parts. */
export interface WrittenObject {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  /** Where its document begins, as `readObjects` says it; that of the list it stands in where it is an item. */
  readonly start: SourcePosition;
  readonly at: SourcePosition;
  /** Undefined where it has no such field of its own; merge keys are not looked through. */
  find(path: FieldPath): { readonly value: unknown; readonly at: SourcePosition } | undefined;
}

/** Everything in a file that has a kind and a name; documents that cannot be read are left out. */
export function readWrittenObjects(file: string, text: string, kind: string): readonly WrittenObject[] {
  return splitDocuments(text)
    .filter((part) => part.text.includes(kind))
    .flatMap((part) =>
      readYaml(part.text, file, 'kubernetes').documents.flatMap((document) =>
        objectsIn(document, part.linesBefore),
      ),
    );
}

function objectsIn(document: YamlDocument, linesBefore: number): readonly WrittenObject[] {
  const place = (path: YamlPath, part: 'key' | 'value' = 'value'): SourcePosition => {
    const at = positionOf(document, path, part);
    return { ...at, line: at.line + linesBefore };
  };
  const start = place([]);

  const read = (value: unknown, at: YamlPath): readonly WrittenObject[] => {
    const kind = readField(value, ['kind'])?.value;
    const items = readField(value, ['items'])?.value;
    if (typeof kind !== 'string') return [];
    if (kind.endsWith('List') && Array.isArray(items))
      return items.flatMap((item, index) => read(item, [...at, 'items', index]));
    const name = readField(value, ['metadata', 'name'])?.value;
    const namespace = readField(value, ['metadata', 'namespace'])?.value;
    if (typeof name !== 'string') return [];
    return [
      {
        kind,
        name,
        namespace: typeof namespace === 'string' ? namespace : undefined,
        start,
        at: place(at),
        find(path) {
          const found = readField(value, path);
          return found && { value: found.value, at: place([...at, ...found.path], 'key') };
        },
      },
    ];
  };
  return read(plainValueOf(document), []);
}
