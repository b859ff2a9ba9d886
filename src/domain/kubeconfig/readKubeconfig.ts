import type { Problem } from '../errors/problem.ts';
import { rootOf } from '../yaml/readEntries.ts';
import { readYaml } from '../yaml/readYaml.ts';
import { resolveAliases } from '../yaml/resolveAliases.ts';
import { startOf } from '../yaml/startOf.ts';
import { positionAt } from '../yaml/yamlDocument.ts';
import type { CredentialPlugin, Kubeconfig, KubeconfigCluster, KubeconfigUser } from './kubeconfig.ts';
import { type FieldReading, type Fields, readFields } from './readFields.ts';

export interface KubeconfigReading {
  /** Absent when there is a problem: nothing is done with a half-understood file. */
  readonly config?: Kubeconfig;
  readonly problems: readonly Problem[];
}

/** Makes a path absolute that is written in the file. */
export type ResolvePath = (path: string) => string;

/**
 * Reads one kubeconfig file as kubectl does: the first document counts, fields that are not known are left alone, a
 * name that stands twice in a list is an error. Problems name file, line and field, and never quote the text.
 */
export function readKubeconfig(text: string, file: string, resolvePath: ResolvePath): KubeconfigReading {
  const { documents, problems } = readYaml(text, file, 'kubernetes');
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    return { problems: errors.map((problem) => ({ ...problem, message: withoutQuotes(problem.message) })) };
  }
  const [document] = documents;
  if (document === undefined) return { config: emptyConfig, problems: [] };
  const aliases = resolveAliases(document);
  const reading: FieldReading = { document, aliases, problems: [] };
  const root = readFields(rootOf(document.content.contents, aliases), '', reading);
  const config = readConfigFields(root, reading, resolvePath);
  return reading.problems.length > 0 ? { problems: reading.problems } : { config, problems: [] };
}

const emptyConfig: Kubeconfig = { clusters: new Map(), users: new Map(), contexts: new Map() };

/** What the parser quotes may be a piece of a token. */
function withoutQuotes(message: string): string {
  return message.replaceAll(/"(?:[^"\\]|\\.)*"/g, 'something').split('\n', 1)[0] ?? '';
}

function readConfigFields(root: Fields, reading: FieldReading, resolvePath: ResolvePath): Kubeconfig {
  const currentContext = root.string('current-context');
  return {
    ...(currentContext === undefined ? {} : { currentContext }),
    clusters: readList(root, 'clusters', 'cluster', reading, (fields) => readCluster(fields, resolvePath)),
    users: readList(root, 'users', 'user', reading, (fields) => readUser(fields, resolvePath)),
    contexts: readList(root, 'contexts', 'context', reading, (fields) => ({
      cluster: fields?.string('cluster') ?? '',
      user: fields?.string('user') ?? '',
      ...optional({ namespace: fields?.string('namespace') }),
    })),
  };
}

function readList<T>(
  root: Fields,
  list: string,
  field: string,
  { document, problems }: FieldReading,
  read: (fields: Fields | undefined) => T,
): ReadonlyMap<string, T & { name: string; at: ReturnType<typeof positionAt> }> {
  const entries = new Map<string, T & { name: string; at: ReturnType<typeof positionAt> }>();
  for (const item of root.maps(list)) {
    const name = item.string('name') ?? '';
    const at = positionAt(document, startOf(item.value.node) ?? 0);
    if (entries.has(name)) {
      problems.push({
        severity: 'error',
        message: `${list} has two entries named ${JSON.stringify(name)}.`,
        at,
      });
    }
    entries.set(name, { ...read(item.map(field)), name, at });
  }
  return entries;
}

function readCluster(
  fields: Fields | undefined,
  resolvePath: ResolvePath,
): Omit<KubeconfigCluster, 'name' | 'at'> {
  return {
    insecureSkipTlsVerify: fields?.boolean('insecure-skip-tls-verify') ?? false,
    disableCompression: fields?.boolean('disable-compression') ?? false,
    ...optional({
      server: fields?.string('server'),
      tlsServerName: fields?.string('tls-server-name'),
      certificateAuthority: resolved(fields?.string('certificate-authority'), resolvePath),
      certificateAuthorityData: fields?.base64('certificate-authority-data'),
      proxyUrl: fields?.string('proxy-url'),
    }),
  };
}

function readUser(fields: Fields | undefined, resolvePath: ResolvePath): Omit<KubeconfigUser, 'name' | 'at'> {
  const extra = fields?.map('as-user-extra');
  const provider = fields?.map('auth-provider');
  const plugin = fields?.map('exec');
  return {
    impersonateGroups: fields?.strings('as-groups') ?? [],
    impersonateExtra: Object.fromEntries(
      (extra?.keys() ?? []).map((key) => [key, extra?.strings(key) ?? []]),
    ),
    ...optional({
      clientCertificate: resolved(fields?.string('client-certificate'), resolvePath),
      clientCertificateData: fields?.base64('client-certificate-data'),
      clientKey: resolved(fields?.string('client-key'), resolvePath),
      clientKeyData: fields?.base64('client-key-data'),
      token: fields?.string('token'),
      tokenFile: resolved(fields?.string('tokenFile'), resolvePath),
      impersonate: fields?.string('as'),
      impersonateUid: fields?.string('as-uid'),
      username: fields?.string('username'),
      password: fields?.string('password'),
      authProvider: provider === undefined ? undefined : (provider.string('name') ?? ''),
      exec: plugin === undefined ? undefined : readPlugin(plugin, resolvePath),
    }),
  };
}

function readPlugin(fields: Fields, resolvePath: ResolvePath): CredentialPlugin {
  const command = fields.string('command') ?? '';
  const mode = fields.string('interactiveMode');
  return {
    apiVersion: fields.string('apiVersion') ?? '',
    // A bare name is found on PATH.
    command: /[/\\]/.test(command) ? resolvePath(command) : command,
    args: fields.strings('args'),
    env: fields.maps('env').map((entry) => ({
      name: entry.string('name') ?? '',
      value: entry.string('value') ?? '',
    })),
    provideClusterInfo: fields.boolean('provideClusterInfo'),
    interactiveMode: mode === 'Never' || mode === 'Always' ? mode : 'IfAvailable',
    ...optional({ installHint: fields.string('installHint') }),
  };
}

function resolved(path: string | undefined, resolvePath: ResolvePath): string | undefined {
  return path === undefined ? undefined : resolvePath(path);
}

/** The object without what is undefined. */
function optional<T extends Record<string, unknown>>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
