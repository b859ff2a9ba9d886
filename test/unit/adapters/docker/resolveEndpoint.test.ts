import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readDockerConfig } from '../../../../src/adapters/docker/dockerConfig.ts';
import { type Endpoint, resolveEndpoint } from '../../../../src/adapters/docker/resolveEndpoint.ts';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';

interface Case {
  readonly environment?: Record<string, string>;
  readonly platform?: NodeJS.Platform;
  readonly config?: string;
  /** `meta.json` by context name. */
  readonly contexts?: Record<string, string>;
  readonly tls?: readonly string[];
}

function resolve({ environment = {}, platform = 'linux', config, contexts = {}, tls = [] }: Case): Endpoint {
  return resolveEndpoint({
    environment,
    platform,
    configFolder: '/home/me/.docker',
    config: readDockerConfig(config, '/home/me/.docker/config.json'),
    readMeta: (name) =>
      contexts[name] === undefined ? undefined : { path: `/meta/${name}/meta.json`, text: contexts[name] },
    tlsFolder: (name) => (tls.includes(name) ? `/tls/${name}` : undefined),
  });
}

function meta(host: string, more: object = {}): string {
  return JSON.stringify({ Name: 'x', Endpoints: { docker: { Host: host, ...more } } });
}

const colima = { colima: meta('unix:///Users/me/.colima/docker.sock') };

const choices: readonly (readonly [what: string, given: Case, address: string, because: string])[] = [
  ['nothing', {}, 'unix:///var/run/docker.sock', 'the default socket'],
  ['nothing on Windows', { platform: 'win32' }, 'npipe:////./pipe/docker_engine', 'the default socket'],
  [
    'DOCKER_HOST',
    { environment: { DOCKER_HOST: 'unix:///run/u.sock' } },
    'unix:///run/u.sock',
    'DOCKER_HOST',
  ],
  [
    'DOCKER_HOST and DOCKER_CONTEXT',
    { environment: { DOCKER_HOST: 'tcp://box:2375', DOCKER_CONTEXT: 'colima' }, contexts: colima },
    'tcp://box:2375',
    'DOCKER_HOST',
  ],
  [
    'an empty DOCKER_HOST',
    { environment: { DOCKER_HOST: '', DOCKER_CONTEXT: 'colima' }, contexts: colima },
    'unix:///Users/me/.colima/docker.sock',
    'context colima (DOCKER_CONTEXT)',
  ],
  [
    'DOCKER_CONTEXT=default over currentContext',
    { environment: { DOCKER_CONTEXT: 'default' }, config: '{"currentContext":"colima"}', contexts: colima },
    'unix:///var/run/docker.sock',
    'context default (DOCKER_CONTEXT)',
  ],
  [
    'currentContext',
    { config: '{"currentContext":"colima"}', contexts: colima },
    'unix:///Users/me/.colima/docker.sock',
    'context colima (currentContext in /home/me/.docker/config.json)',
  ],
  ['an empty config.json', { config: '' }, 'unix:///var/run/docker.sock', 'the default socket'],
  ['a bare host', { environment: { DOCKER_HOST: 'box:99' } }, 'tcp://box:99', 'DOCKER_HOST'],
  ['a host without port', { environment: { DOCKER_HOST: 'tcp://box' } }, 'tcp://box:2375', 'DOCKER_HOST'],
  ['the port of http', { environment: { DOCKER_HOST: 'tcp://box:80' } }, 'tcp://box:80', 'DOCKER_HOST'],
  ['a port alone', { environment: { DOCKER_HOST: 'tcp://:4243' } }, 'tcp://127.0.0.1:4243', 'DOCKER_HOST'],
  ['an IPv6 address', { environment: { DOCKER_HOST: 'tcp://[::1]:5' } }, 'tcp://[::1]:5', 'DOCKER_HOST'],
  ['user info', { environment: { DOCKER_HOST: 'ssh://me@box:22' } }, 'ssh://box:22', 'DOCKER_HOST'],
];

describe('resolveEndpoint', () => {
  for (const [what, given, address, because] of choices) {
    it(`takes ${because} for ${what}`, () => {
      const endpoint = resolve(given);
      assert.deepEqual([endpoint.address, endpoint.because], [address, because]);
    });
  }

  it('verifies with the certificates of DOCKER_CERT_PATH, or of the configuration folder', () => {
    const environment = { DOCKER_HOST: 'tcp://box', DOCKER_TLS_VERIFY: '1' };
    assert.deepEqual(resolve({ environment }).transport, {
      kind: 'tcp',
      host: 'box',
      port: 2376,
      tls: { folder: '/home/me/.docker', verify: true },
    });
    const elsewhere = resolve({ environment: { ...environment, DOCKER_CERT_PATH: '/certs' } }).transport;
    assert.equal(elsewhere.kind === 'tcp' && elsewhere.tls?.folder, '/certs');
  });

  it('does not verify for DOCKER_TLS alone', () => {
    const { transport } = resolve({ environment: { DOCKER_HOST: 'tcp://box', DOCKER_TLS: '1' } });
    assert.equal(transport.kind === 'tcp' && transport.tls?.verify, false);
  });

  it('takes certificates and SkipTLSVerify from the context, and DOCKER_TLS_VERIFY for the default only', () => {
    const contexts = { far: meta('tcp://far:2376', { SkipTLSVerify: true }), near: meta('tcp://near:2375') };
    const far = resolve({ environment: { DOCKER_CONTEXT: 'far' }, contexts, tls: ['far'] }).transport;
    assert.deepEqual(far.kind === 'tcp' && far.tls, { folder: '/tls/far', verify: false });
    const near = resolve({
      environment: { DOCKER_CONTEXT: 'near', DOCKER_TLS_VERIFY: '1' },
      contexts,
    }).transport;
    assert.equal(near.kind === 'tcp' && near.tls, undefined);
  });

  it('pins the version that DOCKER_API_VERSION names', () => {
    assert.equal(resolve({ environment: { DOCKER_API_VERSION: 'v1.40' } }).apiVersion, '1.40');
  });

  it('lets the docker command find the same engine', () => {
    assert.deepEqual(resolve({ config: '{"currentContext":"colima"}', contexts: colima }).environment, {
      DOCKER_CONTEXT: 'colima',
    });
  });

  const failures: readonly (readonly [what: string, given: Case, code: string, names: RegExp])[] = [
    ['a context nobody made', { environment: { DOCKER_CONTEXT: 'gone' } }, 'engine-context-unknown', /gone/],
    [
      'a broken config.json',
      { config: '{"auths": {"x": {"auth": "c2VjcmV0"}' },
      'engine-config-invalid',
      /config\.json/,
    ],
    [
      'a broken meta.json',
      { environment: { DOCKER_CONTEXT: 'x' }, contexts: { x: '[]' } },
      'engine-config-invalid',
      /meta\.json/,
    ],
    [
      'a context without Docker endpoint',
      { environment: { DOCKER_CONTEXT: 'x' }, contexts: { x: '{}' } },
      'engine-config-invalid',
      /meta\.json/,
    ],
    ['an unknown scheme', { environment: { DOCKER_HOST: 'fd://3' } }, 'engine-config-invalid', /fd:/],
  ];
  for (const [what, given, code, names] of failures) {
    it(`says ${code} for ${what}`, () => {
      assert.throws(
        () => resolve(given),
        (error) => TowlineError.is(error) && error.code === code && names.test(error.failure.why),
      );
    });
  }

  it('never quotes a broken config.json, which may hold credentials', () => {
    assert.throws(
      () => resolve({ config: '{"auths": {"x": {"auth": c2VjcmV0}}}' }),
      (error) =>
        error instanceof Error &&
        !JSON.stringify(error).includes('c2VjcmV0') &&
        !error.message.includes('c2Vj'),
    );
  });
});
