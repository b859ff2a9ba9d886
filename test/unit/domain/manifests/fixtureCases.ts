import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeManifest } from '../../../../src/domain/manifests/decodeManifest.ts';
import type { ImageHoldReason, WantedImage } from '../../../../src/domain/manifests/imageEdit.ts';
import type { UnreadableFile } from '../../../../src/domain/manifests/manifestTree.ts';
import type { ManifestFolder } from '../../../../src/domain/manifests/readEffectiveImages.ts';

/** What `case.json` of a folder in test/fixtures/manifests says. */
interface CaseFile extends Required<Pick<ManifestFolder, 'path' | 'style'>> {
  readonly about: string;
  readonly wanted: WantedImage;
  /** `edit`: the tree in `expected/` results. */
  readonly outcome: 'edit' | ImageHoldReason;
  readonly warnings?: readonly string[];
  readonly images?: readonly string[];
  /** `file:line` of each place of a hold. */
  readonly places?: readonly string[];
  readonly message?: string;
}

export interface FixtureCase extends CaseFile {
  readonly name: string;
  readonly original: ReadonlyMap<string, string | UnreadableFile>;
  /** Content by path; empty for holds. */
  readonly expected: ReadonlyMap<string, string | UnreadableFile>;
}

const root = fileURLToPath(new URL('../../../fixtures/manifests/', import.meta.url));

export function readFixtureCases(): readonly FixtureCase[] {
  return readdirSync(root).flatMap((style) =>
    readdirSync(join(root, style)).map((name) => {
      const folder = join(root, style, name);
      const file = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as CaseFile;
      const [original, expected] = [readTree(join(folder, 'original')), readTree(join(folder, 'expected'))];
      return { name: `${style}/${name}`, ...file, original, expected };
    }),
  );
}

function readTree(folder: string): ReadonlyMap<string, string | UnreadableFile> {
  if (!existsSync(folder)) return new Map();
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile());
  return new Map(
    paths.map((path) => [relative(folder, path).split(sep).join('/'), decodeManifest(readFileSync(path))]),
  );
}
