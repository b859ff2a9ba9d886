import type { Problem } from '../errors/problem.ts';
import { plainValueOf } from '../yaml/plainValueOf.ts';
import { readYaml } from '../yaml/readYaml.ts';

/** What a kustomization builds on, and which images it names. */
export interface KustomizationFacts {
  /** A component is part of other kustomizations and never applied by itself. */
  readonly isComponent: boolean;
  /** `resources`, `bases` and `components`, as written: files, folders and URLs. */
  readonly resources: readonly string[];
  readonly images: readonly { readonly name: string; readonly newName?: string }[];
  /** Why nothing could be read. */
  readonly problem?: Problem;
}

const kustomizeFiles = /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/;

export function isKustomizationFile(path: string): boolean {
  return kustomizeFiles.test(path);
}

/**
 * Reads a kustomization. Files in the usual block style are read line by line, because composing hundreds
 * of them is most of what detection would cost; anything else goes through the YAML reader.
 *
 * @returns undefined for Flux's objects of the same kind
 */
export function scanKustomization(text: string, file: string): KustomizationFacts | undefined {
  if (/^apiVersion:[ \t]*["']?kustomize\.toolkit\.fluxcd\.io\//m.test(text)) return undefined;
  const isComponent = /^kind:[ \t]*["']?Component\b/m.test(text);
  return { isComponent, ...(scanLists(text) ?? composeLists(text, file)) };
}

type Lists = Omit<KustomizationFacts, 'isComponent'>;

const referring = new Set(['resources', 'bases', 'components']);

/** undefined when the text has a form that lines do not show: flow style, anchors, odd keys. */
function scanLists(text: string): Lists | undefined {
  const resources: string[] = [];
  const images: { name: string; newName?: string }[] = [];
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const top = /^([A-Za-z]\w*):[ \t]*([^#\s][^#]*)?/.exec(line);
    if (top !== null) {
      section = top[1] ?? '';
      const isRead = referring.has(section) || section === 'images';
      if (isRead && top[2] !== undefined && top[2].trim() !== '[]') return undefined;
    } else if (/^[^\s-]/.test(line) && isContent(line)) {
      return undefined;
    } else if (referring.has(section)) {
      const item = /^[ \t]*-[ \t]+(.*)$/.exec(line);
      if (item === null) {
        if (isContent(line)) return undefined;
        continue;
      }
      const value = plainScalar(item[1] ?? '');
      if (value === undefined) return undefined;
      resources.push(value);
    } else if (section === 'images') {
      if (!noteImageLine(line, images)) return undefined;
    }
  }
  return { resources, images };
}

function noteImageLine(line: string, images: { name: string; newName?: string }[]): boolean {
  const field = /^[ \t]*(-[ \t]+)?([A-Za-z]+):[ \t]*(.*)$/.exec(line);
  if (field === null) return !isContent(line);
  if (field[1] !== undefined) images.push({ name: '' });
  const image = images.at(-1);
  if (image === undefined) return false;
  const [, , key, written = ''] = field;
  if (key !== 'name' && key !== 'newName') return true;
  const value = plainScalar(written);
  if (value === undefined) return false;
  image[key] = value;
  return true;
}

function isContent(line: string): boolean {
  return /^[^#]*[^\s#]/.test(line) && !/^\s*#/.test(line) && !/^(?:---|\.\.\.)\s*$/.test(line);
}

function plainScalar(written: string): string | undefined {
  // The pattern takes quadratic time on long runs of blanks, which no file name has.
  if (written.length > 1000) return undefined;
  const match = /^(?:"([^"\\]*)"|'([^']*)'|([^\s"'&*!|>{}[\]#%@`][^#"']*?))[ \t]*(?:[ \t]#.*)?$/.exec(
    written,
  );
  return match?.[1] ?? match?.[2] ?? match?.[3];
}

function composeLists(text: string, file: string): Lists {
  const { documents, problems } = readYaml(text, file);
  const [document] = documents;
  const value = document === undefined ? undefined : plainValueOf(document);
  if (typeof value !== 'object' || value === null) {
    const [problem] = problems;
    const isBroken = problem === undefined ? {} : { problem: { ...problem, severity: 'warning' as const } };
    return { resources: [], images: [], ...isBroken };
  }
  const fields = value as Record<string, unknown>;
  const resources = [...referring]
    .flatMap((key) => listOf(fields[key]))
    .filter((item) => typeof item === 'string');
  const images = listOf(fields.images).flatMap((item) => {
    if (typeof item !== 'object' || item === null) return [];
    const { name, newName } = item as Record<string, unknown>;
    if (typeof name !== 'string') return [];
    return [{ name, ...(typeof newName === 'string' ? { newName } : {}) }];
  });
  return { resources, images };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
