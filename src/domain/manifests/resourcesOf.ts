import { entryAt, itemsOf, rootOf, textOf, type YamlValue } from '../yaml/readEntries.ts';
import type { ResolvedAliases } from '../yaml/resolveAliases.ts';
import type { YamlDocument } from '../yaml/yamlDocument.ts';

/** The Kubernetes objects of a document: none when it has no `kind`, several when it is a list. */
export function resourcesOf(
  document: YamlDocument,
  aliases: ResolvedAliases,
): readonly { readonly value: YamlValue; readonly kind: string; readonly name: string }[] {
  const read = (value: YamlValue): ReturnType<typeof resourcesOf> => {
    const kind = textOf(entryAt(value, 'kind', aliases)?.node);
    if (kind === undefined) return [];
    const items = kind.endsWith('List') ? entryAt(value, 'items', aliases) : undefined;
    if (items !== undefined) return itemsOf(items, aliases).flatMap(read);
    const metadata = entryAt(value, 'metadata', aliases);
    const name = metadata && textOf(entryAt(metadata, 'name', aliases)?.node);
    return [{ value, kind, name: name ?? '' }];
  };
  return read(rootOf(document.content.contents, aliases));
}
