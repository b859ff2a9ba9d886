import { isMap } from 'yaml';
import type { YamlEntry } from '../yaml/readEntries.ts';
import { startOf } from '../yaml/startOf.ts';
import type { WantedImage } from './imageEdit.ts';
import { insertKeys } from './insertKeys.ts';
import type { ImageEntry } from './kustomization.ts';
import { replaceScalar } from './replaceScalar.ts';
import { type MeantValue, refuse, type Splice, type SpliceResult } from './splice.ts';

/**
 * Gives a kustomize `images:` entry a tag and a digest: replaces the scalars that are there, and inserts
 * the keys that are not where kustomize writes them. An entry that has both in `newTag`, as Renovate
 * writes it, keeps that form.
 */
export function setImageEntry(text: string, entry: ImageEntry, { tag, digest }: WantedImage): SpliceResult {
  const { value, keys } = entry;
  if (!isMap(value.node))
    return refuse('unsupported-form', startOf(value.node) ?? 0, 'The entry is no mapping.');
  if (value.shared)
    return refuse('anchored', startOf(value.node) ?? 0, 'The entry stands for other places too.');

  const isCombined = entry.newTag?.includes('@') === true && !keys.has('digest');
  const wanted = isCombined ? { newTag: `${tag}@${digest}` } : { newTag: tag, digest };
  const splices: Splice[] = [];
  const meant: MeantValue[] = [];
  const missing: [string, string][] = [];
  for (const [key, text] of Object.entries(wanted)) {
    meant.push({ document: 0, path: [...entry.path, key], value: text });
    const present = keys.get(key);
    if (present === undefined) {
      missing.push([key, text]);
      continue;
    }
    const replaced = replaceScalar(present, text);
    if (replaced.kind === 'refused') return replaced;
    splices.push(replaced.splice);
  }
  if (missing.length > 0) {
    const sibling = siblingOf(keys, missing[0]?.[0] === 'digest');
    if (!sibling) return refuse('unsupported-form', startOf(value.node) ?? 0, 'The entry has no name.');
    const inserted = insertKeys(text, value.node, sibling, missing);
    if (inserted.kind === 'refused') return inserted;
    splices.push(inserted.splice);
  }
  return { kind: 'splices', splices, meant };
}

/** The entry's order is name, newName, newTag, digest. */
function siblingOf(keys: ReadonlyMap<string, YamlEntry>, afterTag: boolean): YamlEntry | undefined {
  return (afterTag ? keys.get('newTag') : undefined) ?? keys.get('newName') ?? keys.get('name');
}
