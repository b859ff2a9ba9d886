import assert from 'node:assert/strict';
import { loadWorkspace } from '../../../../src/domain/config/loadWorkspace.ts';
import type { Workspace } from '../../../../src/domain/workspace/workspace.ts';

const deployment = (image: string) =>
  `apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - image: ${image}\n`;

const shop: Readonly<Record<string, string>> = {
  'services/base/Dockerfile': 'FROM node:24\n',
  'services/api/Dockerfile': 'FROM registry.example.com/acme/base-image:1\n',
  'services/api/package.json': '{"scripts": {"test": "node --test"}}',
  'deploy/dev/api.yaml': deployment('registry.example.com/acme/api'),
  'deploy/prod/api.yaml': deployment('registry.example.com/acme/api'),
};

function load(config: string, more: Readonly<Record<string, string>> = {}): Workspace {
  const files: Record<string, string> = { ...shop, ...more, 'towline.yaml': config };
  return loadWorkspace(Object.keys(files), (path) => files[path], 'shop');
}

function names({ services, environments }: Workspace): string {
  return [...services, ...environments].map(({ name }) => name).join(' ');
}

function check(config: string, ...expected: string[]): void {
  const errors = load(config).problems.filter(({ severity }) => severity === 'error');
  assert.deepEqual(
    errors.map(({ message, at }) => `${at?.line}:${at?.column} ${message}`),
    expected,
  );
}

describe('loadWorkspace', () => {
  it('keeps found services that are not configured, but only the configured environments', () => {
    assert.equal(names(load('services:\n  api: {tests: none}\n')), 'api base dev prod');
    assert.equal(names(load('environments:\n  prod:\n')), 'api base prod');
  });

  it('leaves out what is ignored', () => {
    assert.equal(names(load('ignore: [services/base, deploy/dev]\n')), 'api prod');
    assert.equal(names(load('ignore: [.]\nservices:\n  api: {path: services/api}\n')), 'api');
  });

  it('takes what an entry leaves out from the service found in its folder, whatever its name', () => {
    const [service] = load('services:\n  orders: {path: services/api}\n').services;
    assert.equal(service?.name, 'orders');
    assert.equal(service?.image, 'acme/api');
    assert.equal(service?.tests.kind, 'command');
    assert.equal(service?.build?.dockerfile, 'services/api/Dockerfile');
  });

  it('refines found tests one part at a time', () => {
    const [service] = load('services:\n  api: {tests: {timeout: 1m, inputs: [deploy]}}\n').services;
    assert.deepEqual(service?.tests, {
      kind: 'command',
      command: ['npm', 'test'],
      inputs: ['deploy'],
      environment: [],
      timeout: 60,
      because: 'scripts.test in services/api/package.json',
    });
  });

  it('describes folders and Dockerfiles that only towline.yaml names', () => {
    const more = {
      'test/tool/Dockerfile': 'FROM a\n',
      'test/tool/x.Dockerfile': 'FROM b\nCOPY services/api /\n',
    };
    const config =
      'services:\n  tool: {path: test/tool}\n  x: {path: services, build: {dockerfile: test/tool/x.Dockerfile}}\n';
    const [tool, x] = load(config, more).services;
    assert.equal(tool?.build?.dockerfile, 'test/tool/Dockerfile');
    assert.equal(x?.build?.dockerfile, 'test/tool/x.Dockerfile');
    assert.equal(x?.build?.context, '');
    assert.equal(x?.folder, 'services');
  });

  it('finds what a service is built on by the image that towline.yaml gives it', () => {
    const bare = load('').services.find(({ name }) => name === 'api');
    assert.deepEqual(bare?.dependsOn, []);
    const config =
      'registry: registry.example.com/acme\nservices:\n  runtime: {path: services/base, image: base-image}\n';
    const api = load(config).services.find(({ name }) => name === 'api');
    assert.deepEqual(api?.dependsOn, ['runtime']);
  });

  it('keeps a service that is configured and has no Dockerfile, without a build', () => {
    const service = load('services:\n  docs: {path: deploy}\n').services[0];
    assert.equal(service?.name, 'docs');
    assert.equal(service?.build, undefined);
  });

  it('tells what kind of manifests a configured folder holds', () => {
    const { environments } = load(
      'environments:\n  all: {path: deploy}\n  far: {repository: ../x, path: y}\n',
    );
    assert.deepEqual(
      environments.map(({ style }) => style),
      ['manifests', undefined],
    );
  });

  it('shows what is found when towline.yaml cannot be read, and says so first', () => {
    const workspace = load('servces: {}\n');
    assert.equal(names(workspace), 'api base dev prod');
    assert.equal(workspace.configured, true);
    assert.equal(workspace.problems[0]?.severity, 'error');
  });

  it('gives another name to a found service whose name towline.yaml gives away', () => {
    assert.equal(names(load('services:\n  api: {path: services/base}\n')), 'api services-api dev prod');
  });

  it('refuses names that lead nowhere', () => {
    check(
      'services:\n  api: {dependsOn: [bse]}\n  gone:\nenvironments:\n  prod: {services: [apy]}\n  qa: {}\n',
      '2:21 services.api.dependsOn[0] is "bse"; there is no such service. Did you mean "base"? There are: api, base.',
      '3:3 services.gone has no "path", and no service "gone" was found. There are: api, base.',
      '5:21 environments.prod.services[0] is "apy"; there is no such service. Did you mean "api"? There are: api, base.',
      '6:3 environments.qa has no "path", and no environment "qa" was found. There are: dev, prod.',
    );
  });

  it('refuses paths that lead nowhere', () => {
    check(
      'services:\n  api: {path: services/api, build: {dockerfile: Dockerfile}}\n  x: {path: services/y}\nenvironments:\n  dev: {path: deploy/devel}\n',
      '2:49 services.api.build.dockerfile is "Dockerfile"; there is no such file that Git does not ignore. Paths begin at this file\'s folder: did you mean "services/api/Dockerfile"?',
      '3:13 services.x.path is "services/y"; there is no such folder that Git does not ignore.',
      '5:15 environments.dev.path is "deploy/devel"; there is no such folder that Git does not ignore.',
    );
  });

  it('refuses circles and shared images', () => {
    check(
      'services:\n  api: {dependsOn: [base]}\n  base: {dependsOn: [api], image: acme/api}\n',
      '2:20 Services wait for each other in a circle: api → base → api.',
      '3:35 The services "api" and "base" have the same image, "acme/api"; each needs one of its own.',
    );
  });
});
