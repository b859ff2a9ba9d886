import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { loadKubeconfig } from '../../../src/adapters/kubernetes/kubeconfigFiles.ts';
import { TowlineError } from '../../../src/domain/errors/towlineError.ts';
import type {
  Kubeconfig,
  KubeconfigCluster,
  KubeconfigUser,
} from '../../../src/domain/kubeconfig/kubeconfig.ts';
import { selectContext } from '../../../src/domain/kubeconfig/selectContext.ts';
import { skipTest } from '../../support/skipTest.ts';
import { useTemporaryFolder } from '../../support/temporaryFolder.ts';

/** Entries by name, with what decides who is spoken to and as whom. */
type Plain = Readonly<Record<string, unknown>>;

interface Case {
  readonly name: string;
  /** By path below the case's folder, which is the home folder as well; `$` in texts stands for it. */
  readonly files: Readonly<Record<string, string>>;
  /** Paths below the case's folder; undefined leaves KUBECONFIG out. */
  readonly kubeconfig?: readonly string[];
}

const entries = (name: string, more = ''): string => `apiVersion: v1
kind: Config
${more}clusters:
- {name: ${name}, cluster: {server: "https://${name}.example:6443"}}
users:
- {name: ${name}, user: {token: of-${name}}}
contexts:
- {name: ${name}, context: {cluster: ${name}, user: ${name}, namespace: ns-${name}}}
`;

const cases: readonly Case[] = [
  { name: 'one file', files: { a: entries('one', 'current-context: one\n') }, kubeconfig: ['a'] },
  {
    name: 'several files, the first current-context',
    files: {
      a: entries('one'),
      b: entries('two', 'current-context: two\n'),
      c: entries('three', 'current-context: three\n'),
    },
    kubeconfig: ['a', 'b', 'c'],
  },
  {
    name: 'missing files and empty entries between others',
    files: { b: entries('two', 'current-context: two\n') },
    kubeconfig: ['', 'none', 'b', 'nowhere/none'],
  },
  {
    name: 'nothing but missing files',
    files: {},
    kubeconfig: ['none', 'nowhere/none'],
  },
  {
    name: 'one name in two files: the later entry is left out whole',
    files: {
      a: 'clusters: [{name: x, cluster: {server: "https://first"}}]\nusers: [{name: x, user: {username: u}}]\n',
      b: 'clusters: [{name: x, cluster: {server: "https://second", insecure-skip-tls-verify: true, proxy-url: "http://p"}}]\nusers: [{name: x, user: {token: t, password: p}}]\ncontexts: [{name: x, context: {cluster: x, user: x}}]\n',
    },
    kubeconfig: ['a', 'b'],
  },
  {
    name: 'a context, its cluster and its user in three files',
    files: {
      a: 'contexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n',
      b: 'clusters: [{name: c, cluster: {server: "https://c"}}]\n',
      c: 'users: [{name: u, user: {token: t}}]\n',
    },
    kubeconfig: ['a', 'b', 'c'],
  },
  {
    name: 'paths relative to the file they stand in',
    files: {
      'ca.crt': 'authority of the home folder',
      'one/ca.crt': 'authority of one',
      'one/pki/user.crt': 'certificate',
      'one/pki/user.key': 'key',
      'one/config':
        'clusters: [{name: c, cluster: {server: "https://c", certificate-authority: ca.crt}}]\nusers: [{name: u, user: {client-certificate: pki/user.crt, client-key: ./pki/user.key}}, {name: t, user: {tokenFile: ../two/token}}]\n',
      'two/config':
        'clusters: [{name: d, cluster: {server: "https://d", certificate-authority: ../ca.crt}}, {name: e, cluster: {server: "https://e", certificate-authority: $/one/ca.crt}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}, {name: z, context: {cluster: e, user: t}}]\n',
      'two/token': 'token',
    },
    kubeconfig: ['one/config', 'two/config'],
  },
  {
    name: 'data in place of files',
    files: {
      a: `clusters: [{name: c, cluster: {server: "https://c", certificate-authority-data: ${btoa('authority')}}}]\nusers: [{name: u, user: {client-certificate-data: ${btoa('certificate')}, client-key-data: ${btoa('key')}}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n`,
    },
    kubeconfig: ['a'],
  },
  {
    name: 'flags, server names and proxies',
    files: {
      a: 'clusters:\n- {name: a, cluster: {server: "https://a", insecure-skip-tls-verify: true}}\n- {name: b, cluster: {server: "https://b", tls-server-name: b.internal, proxy-url: "http://proxy:3128"}}\n- {name: c, cluster: {server: "https://c", insecure-skip-tls-verify: false, disable-compression: true}}\n',
    },
    kubeconfig: ['a'],
  },
  {
    name: 'users of every kind',
    files: {
      a: `users:
- {name: basic, user: {username: u, password: "p: #"}}
- {name: empty, user: {}}
- {name: as, user: {token: t, as: ada, as-uid: "7", as-groups: [dev, ops], as-user-extra: {scopes: [a, b]}}}
- name: exec
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: sign-in
      args: [--cluster, "a b"]
      env: [{name: K, value: v}]
      installHint: Get it
      provideClusterInfo: true
      interactiveMode: IfAvailable
`,
    },
    kubeconfig: ['a'],
  },
  { name: 'the file in the home folder, without KUBECONFIG', files: { '.kube/config': entries('home') } },
  { name: 'an empty KUBECONFIG', files: { '.kube/config': entries('home') }, kubeconfig: [] },
  {
    name: 'no home file when KUBECONFIG names others',
    files: { '.kube/config': entries('home'), a: entries('a') },
    kubeconfig: ['a'],
  },
  {
    name: 'one file named twice',
    files: { a: entries('a', 'current-context: a\n') },
    kubeconfig: ['a', 'a'],
  },
  {
    name: 'JSON',
    files: {
      a: JSON.stringify({
        kind: 'Config',
        apiVersion: 'v1',
        'current-context': 'j',
        clusters: [{ name: 'j', cluster: { server: 'https://j' } }],
        contexts: [{ name: 'j', context: { cluster: 'j', user: '' } }],
      }),
    },
    kubeconfig: ['a'],
  },
  {
    name: 'an empty file and one with nothing in it',
    files: { a: '', b: 'apiVersion: v1\nkind: Config\nclusters: []\nusers: null\n', c: entries('c') },
    kubeconfig: ['a', 'b', 'c'],
  },
  {
    name: 'names with blanks and other letters',
    files: {
      a: 'clusters: [{name: "größe 1", cluster: {server: "https://g"}}]\ncontexts: [{name: "ä/ö:ü@x", context: {cluster: "größe 1", user: ""}}]\ncurrent-context: "ä/ö:ü@x"\n',
    },
    kubeconfig: ['a'],
  },
  {
    name: 'keys that nobody knows',
    files: {
      a: 'preferences: {colors: true}\nextensions: [{name: e, extension: {a: 1}}]\nfuture: [1]\nclusters: [{name: c, cluster: {server: "https://c", future: 1, extensions: [{name: e, extension: {last-update: today}}]}}]\n',
    },
    kubeconfig: ['a'],
  },
  {
    name: 'anchors',
    files: {
      a: 'clusters:\n- {name: a, cluster: &c {server: "https://a", tls-server-name: name}}\n- {name: b, cluster: *c}\n',
    },
    kubeconfig: ['a'],
  },
  {
    name: 'a context that names what is not there',
    files: { a: 'contexts: [{name: x, context: {cluster: none, user: none}}]\ncurrent-context: gone\n' },
    kubeconfig: ['a'],
  },
  {
    name: 'one name twice in one file',
    files: {
      a: 'clusters:\n- {name: x, cluster: {server: "https://first"}}\n- {name: x, cluster: {server: "https://second"}}\n',
    },
    kubeconfig: ['a'],
  },
  { name: 'what is no YAML', files: { a: entries('a'), b: 'clusters: [\n' }, kubeconfig: ['a', 'b'] },
  {
    name: 'a list where a text belongs',
    files: { a: 'clusters: [{name: x, cluster: {server: [1]}}]\n' },
    kubeconfig: ['a'],
  },
  { name: 'a text where a list belongs', files: { a: 'clusters: some\n' }, kubeconfig: ['a'] },
  {
    name: 'a number where a text belongs',
    files: { a: 'users: [{name: u, user: {token: 12}}]\n' },
    kubeconfig: ['a'],
  },
  {
    name: 'a text where a yes or no belongs',
    files: { a: 'clusters: [{name: x, cluster: {server: "https://x", insecure-skip-tls-verify: "yes"}}]\n' },
    kubeconfig: ['a'],
  },
  {
    name: 'yes and no as YAML 1.1 has them',
    files: {
      a: 'clusters: [{name: x, cluster: {server: "https://x", insecure-skip-tls-verify: yes}}, {name: w, cluster: {server: "https://w", insecure-skip-tls-verify: off}}]\n',
    },
    kubeconfig: ['a'],
  },
  {
    name: 'a yes where a text belongs',
    files: { a: 'users: [{name: y, user: {token: t}}]\n' },
    kubeconfig: ['a'],
  },
  {
    name: 'data that is no base64',
    files: { a: 'clusters: [{name: x, cluster: {server: "https://x", certificate-authority-data: "%"}}]\n' },
    kubeconfig: ['a'],
  },
  { name: 'a folder in place of a file', files: { 'folder/file': '' }, kubeconfig: ['folder'] },
];

describe('a kubeconfig is read as kubectl reads it', function () {
  this.timeout(60_000);
  const temporary = useTemporaryFolder();

  before(function () {
    const { error } = spawnSync('kubectl', ['version', '--client']);
    if (error) skipTest(this, 'kubectl is not on PATH');
  });

  for (const example of cases)
    it(example.name, () => {
      const folder = temporary();
      for (const [path, text] of Object.entries(example.files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text.replaceAll('$', folder));
      }
      const kubeconfig = example.kubeconfig?.map((path) => path && join(folder, path)).join(':');
      const environment = {
        PATH: process.env.PATH,
        HOME: folder,
        ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }),
      };

      const theirs = kubectlView(environment);
      const ours = view(environment, folder);
      assert.deepEqual(ours, theirs);
      if (theirs === undefined) return;

      for (const context of Object.keys(theirs.contexts)) {
        const minified = kubectlView(environment, '--minify', `--context=${context}`);
        assert.deepEqual(minify(environment, folder, context), minified, `context ${context}`);
      }
    });
});

interface View {
  readonly current: string;
  readonly clusters: Plain;
  readonly users: Plain;
  readonly contexts: Plain;
}

/** Undefined where kubectl refuses the files. */
function kubectlView(environment: NodeJS.ProcessEnv, ...words: readonly string[]): View | undefined {
  const args = ['config', 'view', '--raw', '--flatten', '--output=json', ...words];
  const { status, stdout } = spawnSync('kubectl', args, { env: environment, encoding: 'utf8' });
  if (status !== 0) return undefined;
  const config = JSON.parse(stdout) as Record<string, readonly Record<string, unknown>[] | null> & {
    readonly 'current-context': string;
  };
  const named = (list: string, inner: string, pick: (entry: Record<string, never>) => Plain): Plain =>
    Object.fromEntries(
      (config[list] ?? []).map((entry) => [
        entry.name,
        defined(pick((entry[inner] ?? {}) as Record<string, never>)),
      ]),
    );
  return {
    current: config['current-context'],
    clusters: named('clusters', 'cluster', (cluster) => ({
      server: cluster.server,
      authority: cluster['certificate-authority-data'],
      insecure: cluster['insecure-skip-tls-verify'] ?? false,
      name: cluster['tls-server-name'],
      proxy: cluster['proxy-url'],
    })),
    users: named('users', 'user', (user) => ({
      certificate: user['client-certificate-data'],
      key: user['client-key-data'],
      token: user.token,
      tokenFile: user.tokenFile && basename(user.tokenFile),
      username: user.username,
      password: user.password,
      as: [user.as, user['as-uid'], user['as-groups'] ?? [], user['as-user-extra'] ?? {}],
      exec: user.exec && execOf(user.exec),
    })),
    contexts: named('contexts', 'context', ({ cluster, user, namespace }) => ({ cluster, user, namespace })),
  };
}

function execOf({
  command,
  args,
  env,
  installHint,
  provideClusterInfo,
  interactiveMode,
  apiVersion,
}: Plain): Plain {
  return {
    ...{ command, args: args ?? [], env: env ?? [], installHint, apiVersion, interactiveMode },
    provideClusterInfo: provideClusterInfo ?? false,
  };
}

function load(environment: NodeJS.ProcessEnv, homeFolder: string): Kubeconfig | undefined {
  try {
    return loadKubeconfig({ environment, homeFolder }).config;
  } catch (error) {
    assert.ok(TowlineError.is(error, 'kubeconfig-invalid'), String(error));
    return undefined;
  }
}

function view(environment: NodeJS.ProcessEnv, homeFolder: string): View | undefined {
  const config = load(environment, homeFolder);
  return config && plainView(config, config.currentContext ?? '');
}

/** Undefined where the context cannot be used. */
function minify(environment: NodeJS.ProcessEnv, homeFolder: string, context: string): View | undefined {
  const config = load(environment, homeFolder);
  const selection = config && selectContext(config, context);
  if (!selection || 'problem' in selection) return undefined;
  const { cluster, user } = selection;
  return plainView(
    {
      clusters: new Map([[cluster.name, cluster]]),
      users: new Map(user ? [[user.name, user]] : []),
      contexts: new Map([[context, selection.context]]),
    },
    context,
  );
}

function plainView({ clusters, users, contexts }: Kubeconfig, current: string): View {
  const plain = <T>(map: ReadonlyMap<string, T>, pick: (entry: T) => Plain): Plain =>
    Object.fromEntries(Array.from(map, ([name, entry]) => [name, defined(pick(entry))]));
  return {
    current,
    clusters: plain(clusters, plainCluster),
    users: plain(users, plainUser),
    contexts: plain(contexts, ({ cluster, user, namespace }) => ({ cluster, user, namespace })),
  };
}

function plainCluster(cluster: KubeconfigCluster): Plain {
  return {
    server: cluster.server ?? '',
    authority: cluster.certificateAuthorityData ?? fileOf(cluster.certificateAuthority),
    insecure: cluster.insecureSkipTlsVerify,
    name: cluster.tlsServerName,
    proxy: cluster.proxyUrl,
  };
}

function plainUser(user: KubeconfigUser): Plain {
  return {
    certificate: user.clientCertificateData ?? fileOf(user.clientCertificate),
    key: user.clientKeyData ?? fileOf(user.clientKey),
    token: user.token,
    // `config view` shows it as written; users.test.ts proves where it is looked for.
    tokenFile: user.tokenFile && basename(user.tokenFile),
    username: user.username,
    password: user.password,
    as: [user.impersonate, user.impersonateUid, user.impersonateGroups, user.impersonateExtra],
    exec: user.exec && execOf({ ...user.exec }),
  };
}

function fileOf(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path).toString('base64');
}

function defined(plain: Plain): Plain {
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
}
