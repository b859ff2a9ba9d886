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
