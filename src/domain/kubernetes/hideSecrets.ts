import type { ClusterObject } from './clusterObject.ts';
import { fieldsOf } from './objectFields.ts';

/** Names of environment variables and settings whose value is nobody else's business. */
const secretName =
  /pass(?:word|wd|phrase)?|pwd|secret|token|credential|private.?key|api.?key|access.?key|signing.?key|encryption.?key|auth|cookie|dsn|connection.?string/i;
/** `https://user:password@host` in any text. */
const passwordInAddress = /(:\/\/[^\s:/@]*:)[^\s/@]+@/g;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
/** Nothing that a cluster holds on purpose is nested as deep. */
const deepest = 64;

/**
 * The object with values hidden that may be secret: everything in a Secret, environment variables and entries of a
 * ConfigMap by their names, passwords in addresses, private keys.
 */
export function hideSecrets(object: ClusterObject): ClusterObject {
  const shown = hideIn(object, 0) as ClusterObject;
  if (object.kind === 'Secret') {
    const { data, stringData } = object;
    return {
      ...shown,
      ...(data === undefined ? {} : { data: hideEach(data, () => true) }),
      ...(stringData === undefined ? {} : { stringData: hideEach(stringData, () => true) }),
    };
  }
  if (object.kind === 'ConfigMap' && shown.data !== undefined)
    return { ...shown, data: hideEach(shown.data, (name) => secretName.test(name)) };
  return shown;
}

function hideEach(values: unknown, isSecret: (name: string) => boolean): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fieldsOf(values)).map(([name, value]) => [name, isSecret(name) ? hidden(value) : value]),
  );
}

function hideIn(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return hideInText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '(nested too deep to show)';
  if (Array.isArray(value)) return value.map((item) => hideIn(item, depth + 1));
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    name === 'env' ? hideEnvironment(item, depth + 1) : hideIn(item, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function hideEnvironment(value: unknown, depth: number): unknown {
  if (!Array.isArray(value)) return hideIn(value, depth);
  return value.map((entry: unknown) => {
    const { name, value: set } = fieldsOf(entry);
    const isSecret = typeof name === 'string' && set !== undefined && secretName.test(name);
    return isSecret ? { ...fieldsOf(entry), value: hidden(set) } : hideIn(entry, depth + 1);
  });
}

function hideInText(text: string): string {
  if (privateKey.test(text)) return hidden(text);
  return text.replace(passwordInAddress, '$1…@');
}

function hidden(value: unknown): string {
  return `(hidden, ${String(value).length} characters)`;
}
