import assert from 'node:assert/strict';
import { readConfig } from '../../../../src/domain/config/readConfig.ts';

/** `line:column message next`, as a terminal would print them. */
function problemsOf(text: string): string[] {
  const { config, problems } = readConfig(text, 'towline.yaml');
  assert.equal(config === undefined, problems.length > 0);
  return problems.map(
    ({ message, at, next }) => `${at?.line}:${at?.column} ${message}${next ? ` ${next}` : ''}`,
  );
}

function check(text: string, ...expected: string[]): void {
  assert.deepEqual(problemsOf(text), expected);
}

const allowedInService = 'Allowed: path, image, tests, build, dependsOn.';

describe('readConfig', () => {
  it('reads what is written and nothing more', () => {
    const { config } = readConfig(
      'services:\n  api:\n    path: ./services/api/\n    tests: [npm, test]\n    build: {timeout: 1h30m, args: {A: 1}}\n',
      'towline.yaml',
    );
    assert.deepEqual(
      [...(config?.services ?? [])],
      [
        [
          'api',
          {
            folder: 'services/api',
            tests: { command: ['npm', 'test'] },
            build: { timeout: 5400, args: { A: '1' } },
          },
        ],
      ],
    );
    assert.equal(config?.environments, undefined);
  });

  it('takes an empty file, comments alone and empty sections for nothing said', () => {
    for (const text of ['', '# nothing\n', '\uFEFF', 'services:\nenvironments:\nruns:\n', '{}', 'version: 1'])
      check(text);
  });

  it('reads where environments are', () => {
    const { config } = readConfig(
      'environments:\n  a: {repository: "git@github.com:acme/gitops.git", path: .}\n  b: {repository: ../gitops, path: x}\n  c: {repository: "https://h/x"}\n  d: {repository: .}\n  e:\n',
      'towline.yaml',
    );
    assert.deepEqual(Object.fromEntries(config?.environments ?? []), {
      a: { path: '', repository: { kind: 'remote', url: 'git@github.com:acme/gitops.git' } },
      b: { path: 'x', repository: { kind: 'local', path: '../gitops' } },
      c: { repository: { kind: 'remote', url: 'https://h/x' } },
      d: { repository: { kind: 'same' } },
      e: {},
    });
  });

  it('says where broken YAML is broken', () => {
    const [problem] = problemsOf('services:\n  api: [\n');
    assert.match(problem ?? '', /^3:1 /);
  });

  it('refuses more than one document', () => {
    check(
      'version: 1\n---\nversion: 1\n',
      '3:1 The file holds more than one YAML document; only one is allowed.',
    );
  });

  it('refuses a file that is no mapping', () => {
    check(
      '- services',
      '1:1 The file is a list; it must be a mapping with version, registry, ignore, services, environments, runs.',
    );
  });

  it('names the nearest known key', () => {
    check(
      'registy: ghcr.io/acme\nservices:\n  api:\n    dependson: [x]\n    zzzzzzz: 1\n',
      '1:1 Unknown key "registy". Did you mean "registry"? Allowed: version, registry, ignore, services, environments, runs.',
      `4:5 Unknown key "dependson" in services.api. Did you mean "dependsOn"? ${allowedInService}`,
      `5:5 Unknown key "zzzzzzz" in services.api. ${allowedInService}`,
    );
  });

  it('refuses a command that only a shell could read, and shows how to write it', () => {
    check(
      'services:\n  api:\n    tests: npm run  test\n',
      '3:12 services.api.tests is "npm run  test"; it must be none, a list of arguments such as ["npm", "test"], or a mapping with "command". No shell reads it. Write [npm, run, test].',
    );
  });

  it('refuses an empty command', () => {
    check(
      'services:\n  api: {tests: []}\n',
      '2:16 services.api.tests is an empty list; it must not be empty, but like ["npm","test"].',
    );
  });

  it('refuses durations without a unit, and time limits of nothing', () => {
    check(
      'services:\n  api:\n    tests: {timeout: 10}\n    build: {timeout: 0m}\nruns: {baseImageMaxAge: 0s}\n',
      '3:22 services.api.tests.timeout is 10; it must be a duration such as "90s", "10m" or "1h30m".',
      '4:22 services.api.build.timeout is "0m"; it must be longer than nothing, such as "10m".',
    );
  });

  it('keeps paths inside', () => {
    check(
      'ignore: [a/../..]\nservices:\n  api:\n    path: /srv/api\n    build:\n      dockerfile: C:\\api\\Dockerfile\n      contexts: {ok: "docker-image://a", no: ../b}\n',
      '1:10 ignore[0] is "a/../.."; it must stay inside this file\'s folder.',
      '4:11 services.api.path is "/srv/api"; it must begin at this file\'s folder, such as "services/api".',
      '6:19 services.api.build.dockerfile is "C:\\\\api\\\\Dockerfile"; it must use forward slashes: "C:/api/Dockerfile".',
      '7:46 services.api.build.contexts.no is "../b"; it must stay inside this file\'s folder.',
    );
  });

  it('refuses image names and registries that Docker would', () => {
    check(
      'registry: acme\nservices:\n  a: {image: "acme/api:1"}\n  b: {image: Acme/API}\n',
      '1:11 registry is "acme"; it must begin with a host, such as "ghcr.io/acme" or "docker.io/acme".',
      '3:14 services.a.image is "acme/api:1"; it must have no tag and no digest: "acme/api".',
      '4:14 services.b.image is "Acme/API"; it must be an image name of lower-case letters, digits and ".", "_", "-" between them, such as "shop/api".',
    );
  });

  it('refuses repositories that run programs or hold a password', () => {
    check(
      'environments:\n  a: {repository: "ext::sh -c id"}\n  b: {repository: "--upload-pack=x"}\n  c: {repository: "https://me:secret@h/x"}\n',
      '2:19 environments.a.repository is "ext::sh -c id"; it must be a path or a URL of https, ssh, git or file, such as "https://github.com/acme/gitops.git".',
      '3:19 environments.b.repository is "--upload-pack=x"; it must be a URL or a path, such as "https://github.com/acme/gitops.git".',
      '4:19 environments.c.repository is "https://me:***@h/x"; it must not hold a password: Git\'s credential helper keeps it.',
    );
  });

  it('refuses values outside their list or range, with the nearest one', () => {
    check(
      'environments:\n  dev: {style: kustomise, allowDirty: "yes", branch: a..b}\nruns: {keep: 0, parallel: 1.5}\n',
      '2:16 environments.dev.style is "kustomise"; it must be "kustomize", "manifests" or "helm". Did you mean "kustomize"?',
      '2:39 environments.dev.allowDirty is "yes"; it must be true or false.',
      '2:54 environments.dev.branch is "a..b"; it must be the name of a Git branch, such as "main" or "release/1.x".',
      '3:14 runs.keep is 0; it must be a whole number from 1 to 10000.',
      '3:27 runs.parallel is 1.5; it must be a whole number from 1 to 64.',
    );
  });

  it('wants one source for each secret', () => {
    check(
      'services:\n  api:\n    build:\n      secrets: [{id: a}, {id: b, file: x, environment: Y}, {file: z}]\n',
      '4:17 services.api.build.secrets[0] must have either "file" or "environment", where its value comes from.',
      '4:26 services.api.build.secrets[1] must have either "file" or "environment", where its value comes from.',
      '4:60 services.api.build.secrets[2] must have "id".',
    );
  });

  it('refuses names that no branch could have', () => {
    check(
      'services:\n  a b: {}\n  größe: {}\n  a..b: {}\n  x.lock: {}\n  __proto__: {path: 1}\n',
      '2:3 "a b" cannot be a name: letters, digits, ".", "_" and "-" are allowed, with a letter or digit at both ends, but no ".." and no ".lock" at the end.',
      '4:3 "a..b" cannot be a name: letters, digits, ".", "_" and "-" are allowed, with a letter or digit at both ends, but no ".." and no ".lock" at the end.',
      '5:3 "x.lock" cannot be a name: letters, digits, ".", "_" and "-" are allowed, with a letter or digit at both ends, but no ".." and no ".lock" at the end.',
      '6:3 "__proto__" cannot be a name: letters, digits, ".", "_" and "-" are allowed, with a letter or digit at both ends, but no ".." and no ".lock" at the end.',
      '6:21 services.__proto__.path is 1; it must be a text, such as "services/api".',
    );
  });
});
