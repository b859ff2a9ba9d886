import type { SourcePosition } from '../errors/problem.ts';
import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import type { RepoPath } from '../workspace/service.ts';
import { splitDocuments } from '../yaml/splitDocuments.ts';
import type { RenderedObject } from './rendering.ts';

interface WrittenObject {
  readonly name: string;
  readonly at: SourcePosition;
  /** Where its file stands in the order given. */
  readonly rank: number;
}

/**
 * Finds where rendered objects are written, by kind and name alone: a renderer does not tell. Prefixes and suffixes
 * that were added to a name are allowed for. Where a patch and the object itself both match, the later file wins.
 *
 * @param sources texts in the order overlays before bases
 */
export function locateObjects(
  objects: readonly ClusterObject[],
  sources: Iterable<readonly [RepoPath, string]>,
): readonly RenderedObject[] {
  const written = new Map<string, WrittenObject[]>();
  let rank = 0;
  for (const [file, text] of sources) {
    rank += 1;
    for (const { kind, name, line } of scanObjects(text)) {
      const known = written.get(kind) ?? [];
      known.push({ name, at: { file, line, column: 1 }, rank });
      written.set(kind, known);
    }
  }
  return objects.map((object) => {
    const at = bestMatch(object.metadata.name, written.get(object.kind) ?? [])?.at;
    return at ? { object, at } : { object };
  });
}

function bestMatch(name: string, candidates: readonly WrittenObject[]): WrittenObject | undefined {
  let best: WrittenObject | undefined;
  for (const candidate of candidates) {
    if (!name.includes(candidate.name)) continue;
    const isBetter =
      best === undefined ||
      candidate.name.length > best.name.length ||
      (candidate.name.length === best.name.length && candidate.rank >= best.rank);
    if (isBetter) best = candidate;
  }
  return best;
}

/** Kinds and names as they usually stand in a file; parsing every source again would cost more than it tells. */
function* scanObjects(text: string): Iterable<{ kind: string; name: string; line: number }> {
  for (const document of splitDocuments(text)) {
    const kind = /^kind:[ \t]*["']?(\w+)/m.exec(document.text)?.[1];
    const metadata = /^metadata:[ \t]*(\{[^}\n]*\}|(?:#.*)?(?:\r?\n(?:[ \t]+.*|[ \t]*))+)/m.exec(
      document.text,
    )?.[1];
    const name = metadata && nameIn(metadata);
    if (kind === undefined || !name) continue;
    const first = /^(?!---|#|%|[ \t]*\r?$)/m.exec(document.text)?.index ?? 0;
    const line = document.linesBefore + document.text.slice(0, first).split('\n').length;
    yield { kind, name, line };
  }
}

function nameIn(metadata: string): string | undefined {
  if (metadata.startsWith('{')) return /[{,]\s*name:\s*["']?([^"',}\s]+)/.exec(metadata)?.[1];
  const indent = /\n([ \t]+)\S/.exec(metadata)?.[1] ?? '';
  return new RegExp(`\\n${indent}name:[ \\t]*["']?([^"'\\s#]+)`).exec(metadata)?.[1];
}
