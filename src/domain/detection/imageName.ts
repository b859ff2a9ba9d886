/** An image reference without its tag and digest. */
export interface ImageRepository {
  /** Host with optional port; absent for short names, which Docker takes to its own hub. */
  readonly registry?: string;
  /** Path in the registry, e.g. `acme/api`. */
  readonly repository: string;
  readonly tag?: string;
}

/** Splits a reference as Docker does: the first part is a host if it has a dot or a colon or is `localhost`. */
export function splitImage(reference: string): ImageRepository | undefined {
  const [withoutDigest = ''] = reference.split('@');
  const colon = withoutDigest.indexOf(':', withoutDigest.lastIndexOf('/') + 1);
  const name = colon < 0 ? withoutDigest : withoutDigest.slice(0, colon);
  const tag = colon < 0 ? {} : { tag: withoutDigest.slice(colon + 1) };
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const repository = isHost ? name.slice(slash + 1) : name;
  if (!repositoryPattern.test(repository)) return undefined;
  return { ...(isHost ? { registry: first } : {}), repository, ...tag };
}

const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
export const repositoryPattern = new RegExp(`^${component}(?:/${component})*$`);

/** Makes a repository component of any text: lower case, letters of other scripts spelled or numbered. */
export function cleanImageComponent(text: string): string {
  const plain = plainLetters(text).toLowerCase();
  const cleaned = plain.replace(/[^a-z0-9]+/g, (run) => (/^(?:[._]|__)$/.test(run) ? run : '-'));
  const trimmed = cleaned.replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '').slice(0, 100);
  return trimmed.replace(/[^a-z0-9]+$/, '') || `image-${checksum(text)}`;
}

/** Makes a service or environment name of any text: what Git allows in a branch and a terminal needs no quotes for. */
export function cleanName(text: string): string {
  const cleaned = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
    .replace(/\.lock$/i, '-lock');
  return cleaned === '' ? `service-${checksum(text)}` : cleaned;
}

function plainLetters(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[ßæøłđœþ]/giu, (letter) => spelled[letter.toLowerCase()] ?? letter);
}

const spelled: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  œ: 'oe',
  þ: 'th',
};

/** FNV-1a, so that a name without any usable letter is at least stable and of its own. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}
