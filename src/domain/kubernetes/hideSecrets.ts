import type { ClusterObject } from './clusterObject.ts';
import { fieldsOf } from './objectFields.ts';

/** Names of environment variables and settings whose value is nobody else's business. */
const secretName =
  /pass(?:word|wd|phrase)?|pwd|secret|token|credential|private.?key|api.?key|access.?key|signing.?key|encryption.?key|auth|cookie|dsn|connection.?string/i;
/** `https://user:password@host` in any text. */
const passwordInAddress = /(:\/\/[^\s:/@]*:)([^\s/@]+)@/g;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
/** Nothing that a cluster holds on purpose is nested as deep. */
const deepest = 64;

/** What stands in place of a value. */
type Mark = (value: string) => string;

/**
 * The object with values hidden that may be secret: everything in a Secret, environment variables and entries of a
 * ConfigMap by their names, passwords in addresses, private keys.
 *
 * @param mark what stands in place of a value; its length when absent
 */
export function hideSecrets(object: ClusterObject, mark: Mark = describeLength): ClusterObject {
  const shown = hideIn(object, 0, mark) as ClusterObject;
  if (object.kind === 'Secret') {
    const { data, stringData } = object;
    return {
      ...shown,
      ...(data === undefined ? {} : { data: hideEach(data, mark) }),
      ...(stringData === undefined ? {} : { stringData: hideEach(stringData, mark) }),
    };
  }
  if (object.kind === 'ConfigMap' && shown.data !== undefined) {
    const named = Object.entries(fieldsOf(object.data)).filter(([name]) => secretName.test(name));
    return { ...shown, data: { ...fieldsOf(shown.data), ...hideEach(Object.fromEntries(named), mark) } };
  }
  return shown;
}

function hideEach(values: unknown, mark: Mark): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fieldsOf(values)).map(([name, value]) => [name, mark(String(value))]),
  );
}

function hideIn(value: unknown, depth: number, mark: Mark): unknown {
  if (typeof value === 'string') return hideInText(value, mark);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '(nested too deep to show)';
  if (Array.isArray(value)) return value.map((item) => hideIn(item, depth + 1, mark));
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    name === 'env' ? hideEnvironment(item, depth + 1, mark) : hideIn(item, depth + 1, mark),
  ]);
  return Object.fromEntries(entries);
}

function hideEnvironment(value: unknown, depth: number, mark: Mark): unknown {
  if (!Array.isArray(value)) return hideIn(value, depth, mark);
  return value.map((entry: unknown) => {
    const { name, value: set } = fieldsOf(entry);
    const isSecret = typeof name === 'string' && set !== undefined && secretName.test(name);
    return isSecret ? { ...fieldsOf(entry), value: mark(String(set)) } : hideIn(entry, depth + 1, mark);
  });
}

function hideInText(text: string, mark: Mark): string {
  if (privateKey.test(text)) return mark(text);
  return text.replace(passwordInAddress, (_, before: string, password: string) =>
    mark === describeLength ? `${before}…@` : `${before}${mark(password)}@`,
  );
}

function describeLength(value: string): string {
  return `(hidden, ${value.length} characters)`;
}
