import type { YamlPath } from '../yaml/positionOf.ts';

/** A path as people write it: `services.api.tests[0]`. */
export function formatPath(path: YamlPath): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${step}`))
    .join('');
}

/** A value as it stands in a message: short enough for one, passwords in URLs masked. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value).replace(/(:\/\/[^/@:"]*:)[^/@"]*@/, '$1***@');
  return text.length > 80 ? `${text.slice(0, 77)}…"` : text;
}

/** `"a", "b" and "c"`, as JSON. */
export function listValues(values: readonly unknown[], word: 'and' | 'or' = 'or'): string {
  const texts = values.map((value) => JSON.stringify(value));
  if (texts.length < 2) return texts.join('');
  return `${texts.slice(0, -1).join(', ')} ${word} ${texts.at(-1)}`;
}
