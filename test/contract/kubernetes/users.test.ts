import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClusters } from '../../../src/adapters/kubernetes/createClusters.ts';
import { createProcesses } from '../../../src/adapters/node/nodeProcesses.ts';
import type { ClusterReads } from '../../../src/engine/ports/clusters.ts';
import { execute } from '../../lab/execute.ts';
import { hasCode } from '../../support/clusterContract.ts';
import { startConnectProxy } from '../../support/connectProxy.ts';
import { fakeKinds } from '../../support/fakeKinds.ts';
import { useTemporaryFolder } from '../../support/temporaryFolder.ts';
import { useControlPlane } from '../../support/useControlPlane.ts';

const mayEverything = { verb: 'delete', group: '', resource: 'namespaces' };

describe('a user of a kubeconfig on a real API server', function () {
  this.timeout(180_000);
  const temporary = useTemporaryFolder();
  const { signal } = new AbortController();
  const control = useControlPlane();
  let token: string;
  const opened: ClusterReads[] = [];

  before(() => {
    token = JSON.parse(readFileSync(control().kubeconfig, 'utf8')).users[0].user.token;
  });
  afterEach(() => {
    for (const reads of opened.splice(0)) reads.dispose();
  });

  /** Writes a kubeconfig with one context into a folder of its own, and gives what kubectl would do with it as well. */
  function open(user: object, cluster: object = {}, environment: Readonly<Record<string, string>> = {}) {
    const folder = join(temporary(), 'kube');
    mkdirSync(folder, { recursive: true });
    const kubeconfig = join(folder, 'config');
    const authority = join(control().authorityFolder, 'ca.crt');
    const config = {
      clusters: [
        { name: 'c', cluster: { server: control().server, 'certificate-authority': authority, ...cluster } },
      ],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    writeFileSync(kubeconfig, JSON.stringify(config));
    const added = { ...environment, KUBECONFIG: kubeconfig };
    const whole = { ...process.env, ...added };
    const clusters = createClusters({
      environment: whole,
      homeFolder: folder,
      processes: createProcesses({ environment: whole }),
    });
    const reads = clusters.connect('x');
    opened.push(reads);
    const kubectl = () => execute('kubectl', ['get', 'namespaces'], { env: added, timeout: 60 });
    return { folder, clusters, reads, kubectl };
  }

  const listNamespaces = (reads: ClusterReads) => reads.list(fakeKinds.namespaces, {}, {}, signal);

  /** Signs a client certificate; gives its PEM and that of its key. */
  function makeCertificate(folder: string, subject: string, authority = control().authorityFolder) {
    const run = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
    run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'user.key');
    run('req', '-new', '-key', 'user.key', '-subj', subject, '-out', 'user.csr');
    const signing = [
      '-CA',
      join(authority, 'ca.crt'),
      '-CAkey',
      join(authority, 'ca.key'),
      '-CAcreateserial',
    ];
    run(
      'x509',
      '-req',
      '-in',
      'user.csr',
      ...signing,
      '-CAserial',
      join(folder, 'serial'),
      '-days',
      '2',
      '-out',
      'user.crt',
    );
    const read = (name: string) => readFileSync(join(folder, name)).toString('base64');
    return { certificate: read('user.crt'), key: read('user.key') };
  }

  it('with a client certificate is who the certificate names', async () => {
    const files = { 'client-certificate': 'user.crt', 'client-key': 'user.key' };
    const { folder, reads, clusters, kubectl } = open(files);
    const pem = makeCertificate(folder, '/O=system:masters/CN=ada');
    assert.ok((await listNamespaces(reads)).items.length > 0);
    assert.equal(await reads.mayI(mayEverything, signal), true);
    assert.equal(clusters.readContexts().contexts[0]?.user, 'client certificate');
    assert.equal((await kubectl()).code, 0);

    const inline = open({ 'client-certificate-data': pem.certificate, 'client-key-data': pem.key });
    assert.equal(await inline.reads.mayI(mayEverything, signal), true);
    // The same certificate authority, another group.
    makeCertificate(folder, '/O=readers/CN=bob');
    const bob = open(files);
    assert.equal(await bob.reads.mayI(mayEverything, signal), false);
    await assert.rejects(listNamespaces(bob.reads), hasCode('cluster-forbidden'));
  });

  it('with a client certificate of another authority is nobody', async () => {
    const { folder, reads } = open({ 'client-certificate': 'user.crt', 'client-key': 'user.key' });
    const run = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
    run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'ca.key');
    run('req', '-x509', '-new', '-key', 'ca.key', '-subj', '/CN=other', '-days', '2', '-out', 'ca.crt');
    makeCertificate(folder, '/O=system:masters/CN=mallory', folder);
    await assert.rejects(listNamespaces(reads), hasCode('cluster-unauthorized', 'cluster-unreachable'));
  });

  it('with a certificate and no key is told so, and nothing is sent', async () => {
    const { folder, reads } = open({ 'client-certificate': 'user.crt' });
    makeCertificate(folder, '/CN=ada');
    await assert.rejects(listNamespaces(reads), hasCode('kubeconfig-invalid'));
  });

  it('with a token file has the token that stands there, beside the kubeconfig', async () => {
    const { folder, reads, kubectl } = open({ tokenFile: 'secrets/token' });
    mkdirSync(join(folder, 'secrets'));
    writeFileSync(join(folder, 'secrets/token'), `${token}\n`);
    assert.ok((await listNamespaces(reads)).items.length > 0);
    assert.equal((await kubectl()).code, 0);

    writeFileSync(join(folder, 'secrets/token'), 'another');
    reads.dispose();
    await assert.rejects(listNamespaces(reads), hasCode('cluster-unauthorized'));
  });

  it('speaks as somebody else where the kubeconfig says so', async () => {
    const bob = open({ token, as: 'bob', 'as-groups': ['readers'] });
    assert.equal(await bob.reads.mayI(mayEverything, signal), false);
    assert.equal(bob.clusters.readContexts().contexts[0]?.user, 'token as bob');
    const master = open({ token, as: 'bob', 'as-groups': ['system:masters'] });
    assert.equal(await master.reads.mayI(mayEverything, signal), true);
  });

  it('is refused by a server whose certificate does not convince, unless that is not looked at', async () => {
    const folder = temporary();
    const run = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
    run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'other.key');
    run('req', '-x509', '-new', '-key', 'other.key', '-subj', '/CN=other', '-days', '2', '-out', 'other.crt');
    const other = { 'certificate-authority': join(folder, 'other.crt') };
    const strict = open({ token }, other);
    await assert.rejects(listNamespaces(strict.reads), hasCode('cluster-unreachable'));
    assert.equal(strict.clusters.readContexts().contexts[0]?.insecure, false);

    const lax = open({ token }, { 'certificate-authority': undefined, 'insecure-skip-tls-verify': true });
    assert.ok((await listNamespaces(lax.reads)).items.length > 0);
    assert.equal(lax.clusters.readContexts().contexts[0]?.insecure, true);
  });

  it('checks the server by the name that the kubeconfig gives it', async () => {
    const named = open({ token }, { 'tls-server-name': 'kubernetes.default.svc' });
    assert.ok((await listNamespaces(named.reads)).items.length > 0);
    const wrong = open({ token }, { 'tls-server-name': 'elsewhere.example' });
    await assert.rejects(listNamespaces(wrong.reads), hasCode('cluster-unreachable'));
  });

  it('goes through the proxy of the kubeconfig, and keeps its password to itself', async () => {
    await using proxy = await startConnectProxy();
    const { host } = new URL(control().server);
    const { reads, clusters, kubectl } = open({ token }, { 'proxy-url': `http://u:secret@${proxy.host}` });
    const { resourceVersion } = await listNamespaces(reads);
    const basic = Buffer.from('u:secret').toString('base64');
    assert.deepEqual(proxy.asked, [`${host} Basic ${basic}`]);
    assert.equal(clusters.readContexts().contexts[0]?.proxy, `http://${proxy.host}`);
    const theirs = await kubectl();
    assert.equal(theirs.code, 0, theirs.stderr);

    // A watch is a connection like any other.
    const ending = new AbortController();
    await assert.rejects(
      reads.watch(
        fakeKinds.namespaces,
        {},
        { resourceVersion, timeoutSeconds: 60 },
        ({ type }) => {
          if (type === 'OPENED') ending.abort(new Error('seen'));
        },
        ending.signal,
      ),
      /seen/,
    );
  });

  it('is told of a proxy that refuses, or is not there', async () => {
    await using proxy = await startConnectProxy(407);
    const refused = open({ token }, { 'proxy-url': `http://u:secret@${proxy.host}` });
    await assert.rejects(listNamespaces(refused.reads), (error: Error) => {
      assert.ok(hasCode('cluster-unreachable')(error));
      assert.match(error.message, /407/);
      assert.doesNotMatch(JSON.stringify(error), /secret/);
      return true;
    });
    const gone = open({ token }, { 'proxy-url': 'http://127.0.0.1:9' });
    await assert.rejects(listNamespaces(gone.reads), hasCode('cluster-unreachable'));
  });

  it('needs no proxy of the environment for a server on this machine', async () => {
    await using proxy = await startConnectProxy(407);
    const address = `http://${proxy.host}`;
    const { reads } = open(
      { token },
      {},
      { HTTPS_PROXY: address, https_proxy: address, NO_PROXY: '', no_proxy: '' },
    );
    assert.ok((await listNamespaces(reads)).items.length > 0);
    assert.deepEqual(proxy.asked, []);
  });
});
