import type { ClusterObject } from './clusterObject.ts';

/** Any part of an object that somebody else defined: nothing in it is certain. */
export type Fields = Readonly<Record<string, unknown>>;

const none: Fields = {};
const noTexts: Readonly<Record<string, string>> = {};

/** A part that should be an object; empty when it is anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : none;
}

export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

/** A text that says something; undefined for empty ones and for anything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** A mapping of texts; numbers count, as `cpu: 2` is written as well as `cpu: "2"`. */
export function textMapOf(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsOf(value)).filter(
    ([, item]) => typeof item === 'string' || typeof item === 'number',
  );
  return entries.length === 0
    ? noTexts
    : Object.fromEntries(entries.map(([key, item]) => [key, String(item)]));
}

export function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** Milliseconds since the epoch of an RFC 3339 time. */
export function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

export function specOf(object: ClusterObject): Fields {
  return fieldsOf(object.spec);
}

export function statusOf(object: ClusterObject): Fields {
  return fieldsOf(object.status);
}

export function annotationOf(object: ClusterObject, name: string): string | undefined {
  return textOf(fieldsOf(fieldsOf(object.metadata).annotations)[name]);
}
