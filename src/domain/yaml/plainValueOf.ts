import type { YamlDocument } from './yamlDocument.ts';

/**
 * The document as plain arrays, objects and scalars, aliases written out; `null` when it is empty. Safe on
 * documents of `readYaml`, which has bounded what their aliases stand for.
 */
export function plainValueOf(document: YamlDocument): unknown {
  return document.content.toJS({ maxAliasCount: -1 });
}
