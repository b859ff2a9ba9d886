import assert from 'node:assert/strict';
import { loadWorkspace } from '../../../../src/domain/config/loadWorkspace.ts';
import { mergeConfig } from '../../../../src/domain/config/mergeConfig.ts';
import { readConfig } from '../../../../src/domain/config/readConfig.ts';
import { writeConfig } from '../../../../src/domain/config/writeConfig.ts';
import { indexFiles } from '../../../../src/domain/detection/fileIndex.ts';
import type { Service } from '../../../../src/domain/workspace/service.ts';
import { defaultSettings, type Workspace } from '../../../../src/domain/workspace/workspace.ts';
import { detectFixture, readFixtures } from '../detection/fixture.ts';

const nothing: Workspace = {
  services: [],
  environments: [],
  settings: defaultSettings,
  configured: false,
  problems: [],
};

/** What a towline.yaml says of a service; the rest says where it was found. */
function said({ tests, language: _, imageBecause: __, manifestRegistry: ___, ...service }: Service) {
  return { ...service, tests: tests.kind === 'unknown' ? tests : { ...tests, because: '' } };
}

function outcome({ services, environments, settings, registry }: Workspace) {
  return { services: services.map(said), environments, settings, registry };
}

function readBack(workspace: Workspace, files: Iterable<string>): Workspace {
  const { config, problems } = readConfig(writeConfig(workspace), 'towline.yaml');
  assert.deepEqual(problems, []);
  assert.ok(config);
  return mergeConfig(nothing, config, indexFiles(files));
}

describe('writeConfig', () => {
  for (const fixture of readFixtures()) {
    it(`writes what was found in ${fixture.name}, so that it says everything without detection`, () => {
      const found = detectFixture(fixture);
      const back = readBack(found, fixture.files.keys());
      assert.deepEqual(back.problems, []);
      assert.deepEqual(outcome(back), outcome(found));
    });

    it(`changes nothing of what is found in ${fixture.name}`, () => {
      const found = detectFixture(fixture);
      const files = new Map(fixture.files).set('towline.yaml', writeConfig(found));
      const loaded = loadWorkspace([...files.keys()], (path) => files.get(path), fixture.name);
      assert.deepEqual(outcome(loaded), outcome(found));
      assert.deepEqual(
        loaded.problems.filter(({ severity }) => severity === 'error'),
        [],
      );
    });
  }

  it('writes everything a service and an environment can say', () => {
    const workspace: Workspace = {
      ...nothing,
      registry: 'localhost:5001/shop',
      settings: { keepRuns: 7, parallel: 1, baseImageMaxAge: 0 },
      services: [
        {
          name: 'no',
          folder: '',
          tests: { kind: 'none', because: '' },
          image: 'ghcr.io/acme/no',
          dependsOn: [],
        },
        {
          name: 'größe',
          folder: 'a b/ü: #"',
          tests: {
            kind: 'command',
            command: [
              'make',
              '-j',
              '4',
              'a=b # c',
              '',
              '\u2028\u0007',
              'on',
              'true',
              '.5',
              '~',
              '-.5',
              '--',
              '---',
              '-',
              '--x',
              '-.inf',
              '-m',
            ],
            inputs: [''],
            environment: ['HOME'],
            timeout: 5430,
            because: 'a\nb: c',
          },
          build: {
            dockerfile: 'x.Dockerfile',
            context: 'a b/ü: #"',
            target: 'end',
            args: { A: '1', B: 'yes' },
            platform: 'linux/arm64',
            secrets: [
              { id: 'a', source: { file: '/run/x' } },
              { id: 'b', source: { environment: 'TOKEN' } },
            ],
            ssh: ['default', 'k=/a b'],
            contexts: { lib: 'packages/lib', base: 'docker-image://alpine:3' },
            timeout: 90,
          },
          image: 'groesse',
          dependsOn: ['no'],
        },
      ],
      environments: [
        {
          name: 'prod',
          repository: { kind: 'remote', url: 'git@github.com:acme/gitops.git' },
          branch: 'release/1.x',
          path: '',
          style: 'manifests',
          services: ['no'],
          allowDirty: true,
          group: true,
          context: 'kind-dev: @home',
        },
        {
          name: 'on',
          repository: { kind: 'local', path: '../git ops' },
          path: 'x',
          allowDirty: false,
          group: false,
        },
      ],
    };
    const back = readBack(workspace, ['a b/ü: #"/x', 'x.Dockerfile']);
    assert.deepEqual(back.problems, []);
    assert.deepEqual(outcome(back), outcome(workspace));
  });
});
