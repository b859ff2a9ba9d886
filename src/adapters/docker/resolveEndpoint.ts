import { TowlineError } from '../../domain/errors/towlineError.ts';
import { type DockerConfig, isRecord, readDockerJson } from './dockerConfig.ts';

/** How to reach an engine, as far as it can be said without opening a file or a connection. */
export type Transport =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: TlsPlan }
  | { readonly kind: 'ssh'; readonly host: string; readonly user?: string; readonly port?: number };

export interface TlsPlan {
  /** Holds `ca.pem`, `cert.pem` and `key.pem`, each optional. */
  readonly folder: string;
  readonly verify: boolean;
}

export interface Endpoint {
  /** e.g. `unix:///var/run/docker.sock`; without user info. */
  readonly address: string;
  /** e.g. "DOCKER_HOST", "context colima (currentContext in ~/.docker/config.json)", "default". */
  readonly because: string;
  readonly transport: Transport;
  /** `default`, or the name of a stored context. */
  readonly contextName: string;
  /** DOCKER_API_VERSION, without a leading `v`; nothing is negotiated then. */
  readonly apiVersion?: string;
  /** What makes Docker's own command line talk to the same engine. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface EndpointSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** `$DOCKER_CONFIG` or `~/.docker`, native. */
  readonly configFolder: string;
  readonly config: DockerConfig;
  /** Text of `contexts/meta/<sha256 of the name>/meta.json`, or undefined when there is no such file. */
  readonly readMeta: (contextName: string) => { readonly path: string; readonly text: string } | undefined;
  /** Folder `contexts/tls/<sha256 of the name>/docker`, when it exists. */
  readonly tlsFolder: (contextName: string) => string | undefined;
}

interface ContextChoice {
  readonly name: string;
  readonly because: string;
}

/**
 * Which context applies: docker/cli `resolveContextName` in the order of its code, in which a non-empty
 * DOCKER_HOST beats DOCKER_CONTEXT (its documentation says the opposite).
 */
function chooseContext({ environment, config, configFolder }: EndpointSources): ContextChoice {
  if (environment.DOCKER_HOST) return { name: 'default', because: 'DOCKER_HOST' };
  const named = environment.DOCKER_CONTEXT;
  if (named) return { name: named, because: `context ${named} (DOCKER_CONTEXT)` };
  const current = config.currentContext;
  if (current) {
    return { name: current, because: `context ${current} (currentContext in ${configFolder}/config.json)` };
  }
  return { name: 'default', because: 'the default socket' };
}

/** docker/cli `ParseHost` and moby/client `ParseHostURL`. */
function readHost(
  written: string,
  platform: NodeJS.Platform,
  tls: TlsPlan | undefined,
): Transport | undefined {
  const host = written.trim();
  const defaultSocket = platform === 'win32' ? '//./pipe/docker_engine' : '/var/run/docker.sock';
  if (host === '') return { kind: 'socket', path: defaultSocket };
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(host) ?? [];
  if (scheme === 'unix' || scheme === 'npipe') return { kind: 'socket', path: rest || defaultSocket };
  if (!['tcp', 'http', 'https', 'ssh'].includes(scheme)) return undefined;
  // An address without host means this machine; the URL parser would refuse it.
  const url = URL.parse(`http://${rest.startsWith(':') || rest === '' ? `127.0.0.1${rest}` : rest}`);
  if (!url) return undefined;
  // The parser drops the port 80 because it thinks of http.
  const port = Number(url.port || /:(80)\/?$/.exec(rest)?.[1] || 0);
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (scheme === 'ssh') {
    return {
      kind: 'ssh',
      host: name,
      ...(url.username ? { user: decodeURIComponent(url.username) } : {}),
      ...(port ? { port } : {}),
    };
  }
  const secured = tls ?? (scheme === 'https' ? { folder: '', verify: true } : undefined);
  return {
    kind: 'tcp',
    host: name,
    port: port || (secured ? 2376 : 2375),
    ...(secured ? { tls: secured } : {}),
  };
}

function addressOf(transport: Transport, platform: NodeJS.Platform): string {
  if (transport.kind === 'socket') return `${platform === 'win32' ? 'npipe' : 'unix'}://${transport.path}`;
  const host = transport.host.includes(':') ? `[${transport.host}]` : transport.host;
  return `${transport.kind}://${host}${transport.port ? `:${transport.port}` : ''}`;
}

function invalidHost(written: string, because: string): TowlineError {
  return new TowlineError('engine-config-invalid', {
    why: `${because} names ${JSON.stringify(written.replace(/\/\/[^/@]*@/, '//'))}, which is no unix, npipe, tcp or ssh address`,
  });
}

function defaultEndpoint(sources: EndpointSources, because: string): Endpoint {
  const { environment, platform } = sources;
  const host = environment.DOCKER_HOST ?? '';
  const verify = Boolean(environment.DOCKER_TLS_VERIFY);
  const tls =
    verify || environment.DOCKER_TLS
      ? { folder: environment.DOCKER_CERT_PATH || sources.configFolder, verify }
      : undefined;
  const transport = readHost(host, platform, tls);
  if (!transport) throw invalidHost(host, because);
  return {
    address: addressOf(transport, platform),
    because,
    transport,
    contextName: 'default',
    ...(environment.DOCKER_API_VERSION
      ? { apiVersion: environment.DOCKER_API_VERSION.replace(/^v/, '') }
      : {}),
    environment: host ? { DOCKER_HOST: host } : {},
  };
}

function contextEndpoint(sources: EndpointSources, { name, because }: ContextChoice): Endpoint {
  const meta = sources.readMeta(name);
  if (!meta) {
    throw new TowlineError('engine-context-unknown', {
      why: `${because} is not among the contexts in ${sources.configFolder}/contexts`,
    });
  }
  const { Endpoints: endpoints } = readDockerJson(meta.text, meta.path);
  const docker = isRecord(endpoints) ? endpoints.docker : undefined;
  if (!isRecord(docker)) {
    throw new TowlineError('engine-config-invalid', { why: `${meta.path} names no Docker endpoint` });
  }
  const host = typeof docker.Host === 'string' ? docker.Host : '';
  const folder = sources.tlsFolder(name);
  const skipsVerify = docker.SkipTLSVerify === true;
  const tls =
    folder !== undefined || skipsVerify ? { folder: folder ?? '', verify: !skipsVerify } : undefined;
  const transport = readHost(host, sources.platform, tls);
  if (!transport) throw invalidHost(host, because);
  const apiVersion = sources.environment.DOCKER_API_VERSION;
  return {
    address: addressOf(transport, sources.platform),
    because,
    transport,
    contextName: name,
    ...(apiVersion ? { apiVersion: apiVersion.replace(/^v/, '') } : {}),
    environment: { DOCKER_CONTEXT: name },
  };
}

/**
 * The engine that `docker` would talk to in the same environment. Throws `engine-context-unknown` and
 * `engine-config-invalid`.
 */
export function resolveEndpoint(sources: EndpointSources): Endpoint {
  const choice = chooseContext(sources);
  return choice.name === 'default'
    ? defaultEndpoint(sources, choice.because)
    : contextEndpoint(sources, choice);
}
