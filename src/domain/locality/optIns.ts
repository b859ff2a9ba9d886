import type { Problem } from '../errors/problem.ts';
import { plainValueOf } from '../yaml/plainValueOf.ts';
import { positionOf, type YamlPath } from '../yaml/positionOf.ts';
import { readYaml } from '../yaml/readYaml.ts';

/** A cluster that its user has declared local, although no container proves it. */
export interface OptIn {
  /** e.g. `https://127.0.0.1:6443`, as the kubeconfig has it. */
  readonly server: string;
  /** Lower-case hex SHA-256 of the certificate authority's PEM data. */
  readonly authority: string;
  /** The context it was declared for, for people; never compared. */
  readonly context: string;
}

/** Name of the file in the folder of Towline's own data. */
export const optInFileName = 'local-clusters.yaml';

/** UTF-16 units, and clusters in the file. Far more than anybody has. */
const limits = { text: 64 * 1024, clusters: 100 };

const keys = ['server', 'authority', 'context'] as const;
const forms: Readonly<Record<keyof OptIn, { readonly form: RegExp; readonly like: string }>> = {
  server: { form: /^https:\/\/[^\s/@]+[^\s@]*$/, like: 'an https address without a user' },
  authority: { form: /^[0-9a-f]{64}$/, like: '64 lower-case hexadecimal digits' },
  context: { form: /^.{1,200}$/u, like: 'the name of a context' },
};

export interface OptInReading {
  /** Absent where there is a problem: nothing counts of a half-understood file. */
  readonly optIns?: readonly OptIn[];
  readonly problems: readonly Problem[];
}

/** Reads the file of declared clusters, strictly: whatever is not understood makes all of it void. */
export function readOptIns(text: string, file: string): OptInReading {
  const error = (message: string, at = { file, line: 1, column: 1 }): Problem => ({
    severity: 'error',
    message,
    at,
  });
  if (text.length > limits.text)
    return { problems: [error(`The file is larger than ${limits.text} bytes.`)] };
  const { documents, problems } = readYaml(text, file);
  if (problems.length > 0) return { problems };
  const [document, second] = documents;
  if (second)
    return { problems: [error('The file holds more than one YAML document.', positionOf(second, []))] };
  const value = document === undefined ? null : plainValueOf(document);
  if (document === undefined || value === null) return { optIns: [], problems: [] };
  const found: Problem[] = [];
  const report = (path: YamlPath, message: string, part?: 'key'): void =>
    void found.push(error(message, positionOf(document, path, part)));
  const optIns = readFile(value, report);
  return found.length > 0 ? { problems: found } : { optIns, problems: [] };
}

type Report = (path: YamlPath, message: string, part?: 'key') => void;

function readFile(value: unknown, report: Report): readonly OptIn[] {
  const file = mappingAt([], value, ['clusters'], report);
  if (file === undefined) return [];
  const { clusters } = file;
  if (!Array.isArray(clusters)) {
    report(['clusters'], 'clusters must be a list.');
    return [];
  }
  if (clusters.length > limits.clusters)
    report(['clusters'], `clusters has ${clusters.length} entries; at most ${limits.clusters} are read.`);
  return clusters.slice(0, limits.clusters).map((entry: unknown, index) => readOptIn(entry, index, report));
}

function readOptIn(value: unknown, index: number, report: Report): OptIn {
  const path = ['clusters', index];
  const entry = mappingAt(path, value, keys, report);
  if (entry === undefined) return { server: '', authority: '', context: '' };
  const read = (key: keyof OptIn): string => {
    const text = entry[key];
    const { form, like } = forms[key];
    if (typeof text === 'string' && form.test(text)) return text;
    report([...path, key], `clusters[${index}].${key} must be ${like}.`);
    return '';
  };
  return { server: read('server'), authority: read('authority'), context: read('context') };
}

function mappingAt(
  path: YamlPath,
  value: unknown,
  allowed: readonly string[],
  report: Report,
): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report(
      path,
      `${path.length === 0 ? 'The file' : `clusters[${path[1]}]`} must be a mapping with ${allowed.join(', ')}.`,
    );
    return undefined;
  }
  for (const key of Object.keys(value))
    if (!allowed.includes(key))
      report([...path, key], `Unknown key ${JSON.stringify(key)}. Allowed: ${allowed.join(', ')}.`, 'key');
  return value as Readonly<Record<string, unknown>>;
}

/** The text of the file, with what it means to whoever opens it. */
export function writeOptIns(optIns: readonly OptIn[]): string {
  const entries = optIns.map(({ server, authority, context }) =>
    [
      `  - server: ${JSON.stringify(server)}`,
      `    authority: ${JSON.stringify(authority)}`,
      `    context: ${JSON.stringify(context)}`,
    ].join('\n'),
  );
  return `${[
    '# Clusters that Towline may write to, because you said that they are local.',
    '# One counts by its address and its certificate authority together; the name of the context says nothing.',
    '# `towline cluster allow <context>` adds one, `towline cluster forbid <context>` takes it out.',
    entries.length === 0 ? 'clusters: []' : ['clusters:', ...entries].join('\n'),
  ].join('\n')}\n`;
}
