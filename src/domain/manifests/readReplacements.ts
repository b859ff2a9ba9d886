import { entryAt, itemsOf, textOf, type YamlValue } from '../yaml/readEntries.ts';
import type { ResolvedAliases } from '../yaml/resolveAliases.ts';
import { startOf } from '../yaml/startOf.ts';
import { positionAt, type YamlDocument } from '../yaml/yamlDocument.ts';
import { type ImagePatch, isTargetOf, readTarget } from './readImagePatch.ts';

/** Replacements of a kustomization that copy something into an image; they apply after `images:`. */
export function readReplacements(
  replacements: YamlValue,
  document: YamlDocument,
  aliases: ResolvedAliases,
): readonly ImagePatch[] {
  const items = (value: YamlValue, key: string) => {
    const entry = entryAt(value, key, aliases);
    return entry ? itemsOf(entry, aliases) : [];
  };
  return itemsOf(replacements, aliases).flatMap((replacement) =>
    items(replacement, 'targets').flatMap((target): readonly ImagePatch[] => {
      const paths = items(target, 'fieldPaths').map(({ node }) => textOf(node) ?? '');
      if (!paths.some((path) => /(?:^|\.)image$/.test(path))) return [];
      const { target: selected } = readTarget(entryAt(target, 'select', aliases), aliases);
      const position = positionAt(document, startOf(target.node) ?? 0);
      return [{ position, effect: 'sets', concerns: isTargetOf(selected) }];
    }),
  );
}
