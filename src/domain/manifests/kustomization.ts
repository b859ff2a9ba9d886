import { isMap } from 'yaml';
import type { SourcePosition } from '../errors/problem.ts';
import type { RepoPath } from '../workspace/service.ts';
import type { YamlPath } from '../yaml/positionOf.ts';
import {
  entriesOf,
  entryAt,
  itemsOf,
  rootOf,
  textOf,
  type YamlEntry,
  type YamlValue,
} from '../yaml/readEntries.ts';
import { type ResolvedAliases, resolveAliases } from '../yaml/resolveAliases.ts';
import { startOf } from '../yaml/startOf.ts';
import { positionAt, type YamlDocument } from '../yaml/yamlDocument.ts';
import { type ImageSettingValues, patternOfName } from './applyImageSetting.ts';
import type { ManifestProblem } from './manifestNotes.ts';
import { type ManifestTree, readYamlOf } from './manifestTree.ts';
import type { NotLookedAt } from './notLookedAt.ts';
import { type ImagePatch, type PatchSource, readTarget } from './readImagePatch.ts';
import { readReplacements } from './readReplacements.ts';

/** Names of a kustomization file, of which a folder may have one. */
export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

/** A string in the file, and where. */
export interface PlacedText {
  readonly text: string;
  readonly position: SourcePosition;
}

/** An `images:` entry with the nodes an edit needs. */
export interface ImageEntry extends ImageSettingValues {
  readonly index: number;
  /** What `name` matches; undefined when that is not judged. */
  readonly pattern: RegExp | undefined;
  readonly path: YamlPath;
  readonly position: SourcePosition;
  readonly value: YamlValue;
  readonly keys: ReadonlyMap<string, YamlEntry>;
}

export interface Kustomization {
  readonly file: RepoPath;
  readonly folder: RepoPath;
  readonly text: string;
  readonly document: YamlDocument;
  readonly aliases: ResolvedAliases;
  readonly root: YamlValue;
  /** Files, folders and remote bases, `bases:` included. */
  readonly resources: readonly PlacedText[];
  readonly components: readonly PlacedText[];
  readonly images: readonly ImageEntry[];
  readonly patches: readonly PatchSource[];
  /** Replacements that set images. */
  readonly replacements: readonly ImagePatch[];
  readonly namePrefix: string;
  readonly nameSuffix: string;
  /** Fields that make or change manifests in ways that are not followed here. */
  readonly notLookedAt: readonly NotLookedAt[];
}

export type KustomizationReading =
  | { readonly kind: 'kustomization'; readonly kustomization: Kustomization }
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly problems: readonly ManifestProblem[] };

const notFollowed = ['helmCharts', 'helmChartInflationGenerator', 'generators', 'transformers', 'vars'];

/** Reads the kustomization of a folder. */
export function readKustomization(tree: ManifestTree, folder: RepoPath): KustomizationReading {
  const files = kustomizationNames
    .map((name) => (folder === '' ? name : `${folder}/${name}`))
    .flatMap((file) => {
      const content = tree.read(file);
      return content === undefined ? [] : [{ file, content }];
    });
  const [found, second] = files;
  if (found === undefined) return { kind: 'none' };
  const { file, content } = found;
  const broken = (
    message: string,
    reason: ManifestProblem['reason'] = 'broken-kustomization',
  ): KustomizationReading => ({
    kind: 'broken',
    problems: [{ severity: 'error', reason, message, at: { file, line: 1, column: 1 } }],
  });
  if (second)
    return broken(`The folder has two kustomizations, ${file} and ${second.file}; kustomize refuses that.`);
  if (typeof content !== 'string')
    return broken(`${file} cannot be read as text: ${content.why}.`, 'unreadable');
  const { documents, problems } = readYamlOf(tree, file, content);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    return { kind: 'broken', problems: errors.map((problem) => ({ ...problem, reason: 'unsafe-yaml' })) };
  }
  const [document, another] = documents;
  if (another) return broken(`${file} has several YAML documents; kustomize reads only the first.`);
  if (document && !isMap(document.content.contents)) return broken(`${file} is not a YAML mapping.`);
  if (!document) return broken(`${file} is empty.`);
  return { kind: 'kustomization', kustomization: readFields(file, folder, content, document) };
}

function readFields(file: RepoPath, folder: RepoPath, text: string, document: YamlDocument): Kustomization {
  const aliases = resolveAliases(document);
  const root = rootOf(document.content.contents, aliases);
  const fields = new Map(entriesOf(root, aliases).map((entry) => [entry.key, entry]));
  const at = ({ node }: YamlValue) => positionAt(document, startOf(node) ?? 0);
  const items = (key: string) => {
    const entry = fields.get(key);
    return entry ? itemsOf(entry, aliases) : [];
  };
  const texts = (key: string) =>
    items(key).flatMap((item) => {
      const itemText = textOf(item.node);
      return itemText === undefined ? [] : [{ text: itemText, position: at(item) }];
    });
  const field = (value: YamlValue, key: string) => textOf(entryAt(value, key, aliases)?.node);

  const patches = [
    ...texts('patchesStrategicMerge').map((patch) => ({
      position: patch.position,
      // kustomize takes an item for a patch of its own when it has more than one line.
      ...(patch.text.includes('\n') ? { inline: patch.text } : { file: patch.text }),
    })),
    ...[...items('patches'), ...items('patchesJson6902')].map((patch) => {
      const inline = field(patch, 'patch');
      const path = field(patch, 'path');
      return {
        position: at(patch),
        ...(inline !== undefined && { inline }),
        ...(path !== undefined && { file: path }),
        ...readTarget(entryAt(patch, 'target', aliases), aliases),
      };
    }),
  ];
  const replacements = fields.get('replacements');

  return {
    file,
    folder,
    text,
    document,
    aliases,
    root,
    resources: [...texts('resources'), ...texts('bases')],
    components: texts('components'),
    images: items('images').map((item, index) => readImageEntry(item, index, aliases, at(item))),
    patches,
    replacements: replacements ? readReplacements(replacements, document, aliases) : [],
    namePrefix: textOf(fields.get('namePrefix')?.node) ?? '',
    nameSuffix: textOf(fields.get('nameSuffix')?.node) ?? '',
    notLookedAt: notFollowed.flatMap((key) => {
      const entry = fields.get(key);
      return entry ? [{ what: `${key} of ${file}`, why: 'made by a plugin' as const, at: at(entry) }] : [];
    }),
  };
}

function readImageEntry(
  value: YamlValue,
  index: number,
  aliases: ResolvedAliases,
  position: SourcePosition,
): ImageEntry {
  const keys = new Map(entriesOf(value, aliases).map((entry) => [entry.key, entry]));
  const optional = (key: 'newName' | 'newTag' | 'digest' | 'tagSuffix') => {
    const text = textOf(keys.get(key)?.node);
    return text ? { [key]: text } : {};
  };
  const name = textOf(keys.get('name')?.node) ?? '';
  return {
    index,
    path: value.path,
    position,
    value,
    keys,
    name,
    pattern: patternOfName(name),
    ...optional('newName'),
    ...optional('newTag'),
    ...optional('digest'),
    ...optional('tagSuffix'),
  };
}
