import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { createFiles } from '../../../src/adapters/node/nodeFiles.ts';
import { createProcesses } from '../../../src/adapters/node/nodeProcesses.ts';
import { placeVerdict } from '../../../src/domain/verdict/placeVerdict.ts';
import type { Verdict, VerdictSubject } from '../../../src/domain/verdict/verdict.ts';
import { render } from '../../../src/engine/rendering/render.ts';
import { useGit } from '../../support/gitContract.ts';
import { skipTest } from '../../support/skipTest.ts';

/** Texts by path; the line that ends with `# <-` is the one that is to be found. */
type Marked = Readonly<Record<string, string>>;

const image: VerdictSubject = { kind: 'image' };
const probe: VerdictSubject = { kind: 'probe', probe: 'readiness' };

/** Lines of a Deployment, each of which may be marked. */
function deployment({ name = 'api', image: written = 'shop/api:1', mark = '' } = {}): string {
  const lines = [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata:',
    `  name: ${name}`,
    'spec:',
    '  template:',
    '    spec:',
    '      containers:',
    '        - name: main',
    `          image: ${written}`,
    '          readinessProbe:',
    '            httpGet: {port: 80, path: /}',
  ];
  return `${lines.map((line) => (mark !== '' && line.includes(mark) ? `${line} # <-` : line)).join('\n')}\n`;
}

const resources = (...names: readonly string[]) =>
  `resources:\n${names.map((name) => `  - ${name}\n`).join('')}`;
const patchOf = (name: string, container: string) =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec:\n  template:\n    spec:\n      containers:\n        - name: main\n          ${container}\n`;

describe('the line of a kustomized manifest that a verdict is about', function () {
  this.timeout(30_000);
  const git = useGit();
  const kubectl = createProcesses().find('kubectl');

  before(function () {
    if (kubectl === undefined) skipTest(this, 'kubectl is not on PATH');
  });

  async function find(files: Marked, subject: VerdictSubject, name = 'api') {
    const folder = git.sandbox.makeRepository({ files });
    const repository = await git.openGuarded(folder);
    const commit = git.sandbox.git(folder, 'rev-parse', 'HEAD');
    const request = { repository, commit, folder: 'app', release: 'app', mayFetch: [] };
    const rendering = await render(
      { files: createFiles(), processes: createProcesses() },
      request,
      git.signal,
    );
    const verdict: Verdict = { state: 'failed', sentence: 'It fails', container: 'main', subject };
    const { at } = placeVerdict(verdict, { kind: 'Deployment', namespace: 'shop', name }, rendering);
    return at && `${at.file}:${at.line}`;
  }

  function markIn(files: Marked): string | undefined {
    for (const [file, text] of Object.entries(files)) {
      const line = text.split('\n').findIndex((each) => each.endsWith('# <-'));
      if (line >= 0) return `${file}:${line + 1}`;
    }
    return undefined;
  }

  const cases: readonly (readonly [string, Marked, VerdictSubject, string?])[] = [
    [
      'an image that nothing changes',
      { 'app/kustomization.yaml': resources('api.yaml'), 'app/api.yaml': deployment({ mark: 'image:' }) },
      image,
    ],
    [
      'an image whose tag an entry sets, by the entry',
      {
        'app/kustomization.yaml': `${resources('api.yaml')}images:\n  - name: shop/api\n    newTag: "2" # <-\n`,
        'app/api.yaml': deployment(),
      },
      image,
    ],
    [
      'an image whose digest an entry sets, by the digest',
      {
        'app/kustomization.yaml': `${resources('api.yaml')}images:\n  - name: shop/api\n    newName: elsewhere/api\n    newTag: "2"\n    digest: sha256:${'ab'.repeat(32)} # <-\n`,
        'app/api.yaml': deployment(),
      },
      image,
    ],
    [
      'an image that entries of a base and of the overlay set, by the last one',
      {
        'app/kustomization.yaml': `${resources('../base')}images:\n  - name: shop/api\n    newTag: "3" # <-\n`,
        'base/kustomization.yaml': `${resources('api.yaml')}images:\n  - name: shop/api\n    newTag: "2"\n`,
        'base/api.yaml': deployment(),
      },
      image,
    ],
    [
      'an image that a patch of a file sets, by the patch',
      {
        'app/kustomization.yaml': `${resources('api.yaml')}patches:\n  - path: patch.yaml\n`,
        'app/api.yaml': deployment(),
        'app/patch.yaml': patchOf('api', 'image: shop/api:2 # <-'),
      },
      image,
    ],
    [
      'an image that a patch in place sets, by its container',
      {
        'app/kustomization.yaml': `${resources('api.yaml')}patches:\n  - target: {kind: Deployment}\n    patch: '[{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "shop/api:2"}]'\n`,
        'app/api.yaml': deployment({ mark: '- name' }),
      },
      image,
    ],
    [
      'a probe of a base under a prefix and a suffix',
      {
        'app/kustomization.yaml': `namePrefix: dev-\nnamespace: shop\n${resources('../base')}`,
        'base/kustomization.yaml': `nameSuffix: -x\n${resources('api.yaml')}`,
        'base/api.yaml': deployment({ mark: 'readinessProbe' }),
      },
      probe,
      'dev-api-x',
    ],
    [
      'a probe that a patch adds, by the patch',
      {
        'app/kustomization.yaml': `namePrefix: dev-\n${resources('api.yaml')}patches:\n  - path: patch.yaml\n`,
        'app/api.yaml': deployment(),
        'app/patch.yaml': patchOf('api', 'livenessProbe: {exec: {command: [check]}} # <-'),
      },
      { kind: 'probe', probe: 'liveness' },
      'dev-api',
    ],
    [
      'a probe that a patch changes in part, by the container',
      {
        'app/kustomization.yaml': `${resources('api.yaml')}patches:\n  - path: patch.yaml\n`,
        'app/api.yaml': deployment({ mark: '- name' }),
        'app/patch.yaml': patchOf('api', 'readinessProbe: {httpGet: {path: /healthz}}'),
      },
      probe,
    ],
    [
      'an object that a component brings',
      {
        'app/kustomization.yaml': `${resources('web.yaml')}components:\n  - ../extra\n`,
        'app/web.yaml': deployment({ name: 'web' }),
        'extra/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n${resources('api.yaml')}`,
        'extra/api.yaml': deployment({ mark: 'readinessProbe' }),
      },
      probe,
    ],
    [
      'an object whose name another one has with a prefix',
      {
        'app/kustomization.yaml': resources('api.yaml', '../other'),
        'app/api.yaml': deployment({ name: 'dev-api', mark: 'readinessProbe' }),
        'other/kustomization.yaml': `namePrefix: other-\n${resources('api.yaml')}`,
        'other/api.yaml': deployment(),
      },
      probe,
      'dev-api',
    ],
    [
      'a base that is included twice, once for each name',
      {
        'app/kustomization.yaml': resources('../a', '../b'),
        'a/kustomization.yaml': `namePrefix: a-\n${resources('../base')}images:\n  - name: shop/api\n    newTag: "2"\n`,
        'b/kustomization.yaml': `namePrefix: b-\n${resources('../base')}images:\n  - name: shop/api\n    newTag: "3" # <-\n`,
        'base/kustomization.yaml': resources('api.yaml'),
        'base/api.yaml': deployment(),
      },
      image,
      'b-api',
    ],
    [
      'nothing, where a patch gives an object another name',
      {
        'app/kustomization.yaml': `${resources('api.yaml')}patches:\n  - target: {kind: Deployment}\n    options: {allowNameChange: true}\n    patch: '[{"op": "replace", "path": "/metadata/name", "value": "my-api"}]'\n`,
        'app/api.yaml': deployment(),
      },
      image,
      'my-api',
    ],
  ];

  for (const [what, files, subject, name] of cases)
    it(`is found for ${what}`, async () => {
      assert.equal(await find(files, subject, name), markIn(files));
    });
});
