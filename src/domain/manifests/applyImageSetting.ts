/** What a kustomize `images:` entry says. Empty values count as absent, as they do in kustomize. */
export interface ImageSettingValues {
  readonly name: string;
  readonly newName?: string;
  readonly newTag?: string;
  readonly digest?: string;
  readonly tagSuffix?: string;
}

/** Characters of plain names, a few quantifiers and escaped dots: what a backtracking matcher does in bounded time. */
const simplePattern = /^(?:[A-Za-z0-9._\-/:@]|\\\.|\.[*+?])+$/;
const mostQuantifiers = 3;
const longestImage = 1024;

/**
 * What an entry's name matches, by kustomize's rule: it is a regular expression, anchored, before an
 * optional tag and digest. Undefined for patterns that are not judged here, because a hostile one could
 * take for ever.
 *
 * Source: kustomize 5, api/internal/image/image.go, IsImageMatched.
 */
export function patternOfName(name: string): RegExp | undefined {
  if (name === '') return /^(?!)/;
  const quantifiers = name.match(/\.[*+?]/g)?.length ?? 0;
  if (!simplePattern.test(name) || quantifiers > mostQuantifiers) return undefined;
  return new RegExp(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`);
}

/** Whether an entry with this pattern applies to an image as written. */
export function matchesImage(image: string, pattern: RegExp | undefined): boolean | 'unknown' {
  return pattern === undefined || image.length > longestImage ? 'unknown' : pattern.test(image);
}

/**
 * The image after an entry that matches it. A new tag drops an old digest and the other way round; only
 * both together keep both.
 *
 * Source: kustomize 5, api/filters/imagetag/updater.go; the same since 4.5.3.
 */
export function applyImageSetting(image: string, setting: ImageSettingValues): string {
  const parts = splitImage(image);
  const name = setting.newName || parts.name;
  if (setting.newTag || setting.digest) return joinImage(name, setting.newTag, setting.digest);
  if (setting.tagSuffix) return joinImage(name, parts.tag + setting.tagSuffix, '');
  return joinImage(name, parts.tag, parts.digest);
}

/** Splits as kustomize does, which accepts more than the grammar of image references. */
export function splitImage(image: string): { name: string; tag: string; digest: string } {
  const slash = Math.max(image.indexOf('/'), 0);
  const at = image.indexOf('@', slash);
  const colon = image.indexOf(':', slash);
  const hasTag = colon >= 0 && (at < 0 || colon < at);
  const nameEnd = hasTag ? colon : at >= 0 ? at : image.length;
  return {
    name: image.slice(0, nameEnd),
    tag: hasTag ? image.slice(colon + 1, at >= 0 ? at : undefined) : '',
    digest: at >= 0 ? image.slice(at + 1) : '',
  };
}

function joinImage(name: string, tag = '', digest = ''): string {
  return `${name}${tag && `:${tag}`}${digest && `@${digest}`}`;
}
