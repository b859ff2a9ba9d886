/**
 * Behaves as kind's command line does by its published output, where its node image cannot be had: the node is a
 * container that hands on to the API server of the tests' cluster. KIND_TEST_NODE names it, KIND_TEST_SERVER and
 * KIND_TEST_KUBECONFIG say where the API server is for containers and how it is spoken to; KIND_TEST_FAULT: `image`, `hang`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const environment = process.env;
const image = environment.KIND_TEST_IMAGE ?? 'local/node:24';
const label = 'io.x-k8s.kind.cluster';
const handOn = `require('node:net').createServer((socket) => {
  const [host, port] = process.argv[1].split(':');
  const other = require('node:net').connect(Number(port), host);
  for (const side of [socket, other]) side.on('error', () => side.destroy());
  socket.pipe(other).pipe(socket);
}).listen(6443)`;

const docker = (...words: readonly string[]): string =>
  execFileSync('docker', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const words = process.argv.slice(2);
const option = (name: string): string => words[words.indexOf(`--${name}`) + 1] ?? '';
const nodesOf = (name: string): readonly string[] =>
  docker('ps', '--all', '--format', '{{.Names}}', '--filter', `label=${label}=${name}`)
    .split('\n')
    .filter(Boolean);

function kubeconfig(name: string): string {
  const config = JSON.parse(readFileSync(environment.KIND_TEST_KUBECONFIG ?? '', 'utf8'));
  const context = `kind-${name}`;
  const [{ cluster }] = config.clusters;
  const [{ user }] = config.users;
  const server = `https://${docker('port', nodesOf(name)[0] ?? '', '6443/tcp')}`;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [{ name: context, cluster: { ...cluster, server } }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    users: [{ name: context, user }],
  });
}

function create(name: string): void {
  const steps = [
    'Ensuring node image (kindest/node:v1.32.2) 🖼',
    'Preparing nodes 📦',
    'Starting control-plane 🕹️',
  ];
  say(`Creating cluster "${name}" ...`);
  if (environment.KIND_TEST_FAULT === 'image') {
    say(` ✗ ${steps[0]}`);
    say(
      'ERROR: failed to create cluster: failed to pull image "kindest/node:v1.32.2": command "docker pull kindest/node:v1.32.2" failed with error: exit status 1',
    );
    process.exit(1);
  }
  say(` ✓ ${steps[0]}`);
  try {
    docker('network', 'create', 'kind');
  } catch {
    // It is there.
  }
  docker(
    ...[
      'run',
      '--detach',
      '--name',
      environment.KIND_TEST_NODE ?? `${name}-control-plane`,
      '--network',
      'kind',
    ],
    ...['--label', `${label}=${name}`, '--label', 'io.x-k8s.kind.role=control-plane'],
    ...['--publish', '127.0.0.1::6443', image, 'node', '-e', handOn, environment.KIND_TEST_SERVER ?? ''],
  );
  // Nodes of kind have it.
  const fetching =
    'fetch(process.argv.at(-1)).then(({ ok }) => process.exit(ok ? 0 : 22), (error) => { console.error(String(error.cause ?? error)); process.exit(7); })';
  const curl = `#!/bin/sh\nexec node -e '${fetching}' -- "$@"\n`;
  const node = nodesOf(name)[0] ?? '';
  execFileSync(
    'docker',
    ['exec', '--interactive', node, 'sh', '-c', 'cat > /bin/curl && chmod +x /bin/curl'],
    { input: curl },
  );
  say(` ✓ ${steps[1]}`);
  if (environment.KIND_TEST_FAULT === 'hang') {
    setInterval(() => undefined, 60_000);
    return;
  }
  say(` ✓ ${steps[2]}`);
  writeFileSync(option('kubeconfig'), kubeconfig(name));
  say(`Set kubectl context to "kind-${name}"`);
}

switch (words.slice(0, 2).join(' ')) {
  case 'version':
    process.stdout.write('kind v0.27.0 go1.23.6 linux/amd64\n');
    break;
  case 'get clusters': {
    const names = docker('ps', '--all', '--filter', `label=${label}`, '--format', `{{.Label "${label}"}}`);
    if (names === '') say('No kind clusters found.');
    else process.stdout.write(`${[...new Set(names.split('\n'))].join('\n')}\n`);
    break;
  }
  case 'get kubeconfig':
    process.stdout.write(kubeconfig(option('name')));
    break;
  case 'create cluster':
    create(option('name'));
    break;
  case 'delete cluster': {
    const nodes = nodesOf(option('name'));
    say(`Deleting cluster "${option('name')}" ...`);
    if (nodes.length > 0) docker('rm', '--force', '--volumes', ...nodes);
    say(`Deleted nodes: ${JSON.stringify(nodes)}`);
    break;
  }
  default:
    say(`ERROR: unknown command ${JSON.stringify(words)}`);
    process.exitCode = 1;
}
