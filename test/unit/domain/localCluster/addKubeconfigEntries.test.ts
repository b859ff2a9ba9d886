import assert from 'node:assert/strict';
import { readKubeconfig } from '../../../../src/domain/kubeconfig/readKubeconfig.ts';
import { addKubeconfigEntries } from '../../../../src/domain/localCluster/addKubeconfigEntries.ts';

const added = `apiVersion: v1
kind: Config
current-context: kind-dev
clusters:
- cluster: {server: "https://127.0.0.1:41234", certificate-authority-data: bmV3}
  name: kind-dev
contexts:
- context: {cluster: kind-dev, user: kind-dev}
  name: kind-dev
users:
- user: {client-certificate-data: bmV3}
  name: kind-dev
`;

function add(text: string) {
  const result = addKubeconfigEntries(text, added, 'config');
  assert.ok('text' in result, JSON.stringify(result));
  const { config, problems } = readKubeconfig(result.text, 'config', (path) => path);
  assert.deepEqual(problems, []);
  assert.ok(config);
  assert.equal(config.clusters.get('kind-dev')?.server, 'https://127.0.0.1:41234');
  assert.equal(config.contexts.get('kind-dev')?.user, 'kind-dev');
  assert.equal(config.users.get('kind-dev')?.clientCertificateData, 'bmV3');
  return { text: result.text, config };
}

describe('adding a cluster to a kubeconfig', () => {
  it('keeps what is there, its comments and its current context', () => {
    const { text, config } = add(
      `# mine\ncurrent-context: prod\nclusters:\n- name: prod # careful\n  cluster: {server: https://prod}\ncontexts:\n- name: prod\n  context: {cluster: prod, user: me}\nusers:\n- name: me\n  user: {token: "0123"}\n`,
    );
    assert.equal(config.currentContext, 'prod');
    assert.deepEqual([...config.contexts.keys()], ['prod', 'kind-dev']);
    assert.equal(config.users.get('me')?.token, '0123');
    assert.match(text, /# mine/);
    assert.match(text, /# careful/);
  });

  it('makes no context the current one where there was none', () => {
    for (const text of ['', '# nothing\n', 'apiVersion: v1\nclusters: []\ncontexts: null\n']) {
      const { config } = add(text);
      assert.equal(config.currentContext, undefined);
      assert.deepEqual([...config.clusters.keys()], ['kind-dev']);
    }
  });

  it('replaces entries of the same names, also in JSON', () => {
    const old = { name: 'kind-dev', cluster: { server: 'https://127.0.0.1:1' } };
    const { config } = add(JSON.stringify({ 'current-context': 'kind-dev', clusters: [old], users: [] }));
    assert.deepEqual([...config.clusters.keys()], ['kind-dev']);
    assert.equal(config.currentContext, 'kind-dev');
    const again = add(add('').text);
    assert.deepEqual([...again.config.contexts.keys()], ['kind-dev']);
  });

  it('leaves a file alone that it cannot read', () => {
    assert.ok('problems' in addKubeconfigEntries('clusters: [', added, 'config'));
    assert.ok('problems' in addKubeconfigEntries('', 'clusters: [', 'config'));
  });
});
