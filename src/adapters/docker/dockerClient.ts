import { Agent as HttpAgent, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { inspect } from 'node:util';
import type Dockerode from 'dockerode';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { openAnswer } from './dialEngine.ts';
import { engineError, notAnEngine } from './engineError.ts';
import type { Endpoint } from './resolveEndpoint.ts';

export interface DockerClient {
  readonly endpoint: Endpoint;
  /** What `/_ping` told. */
  readonly greeting: Greeting;
  /**
   * The engine's API. Every request ends with the signal, rejecting with its reason and closing the connection;
   * with `engine-unreachable` or `engine-stopped` when there is no answer, and with an `EngineRefusal` when
   * the answer is no.
   */
  api(signal: AbortSignal): Dockerode;
}

export interface Greeting {
  readonly apiVersion: string;
  readonly product: 'docker' | 'podman';
  readonly system: string;
}

/** The newest API that this adapter was written against; engines speak the older of both. */
const newestApi = '1.51';

function olderVersion(left: string, right: string): string {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor < rightMajor || (leftMajor === rightMajor && leftMinor <= rightMinor) ? left : right;
}

async function connectionOptions(
  endpoint: Endpoint,
  environment: Readonly<Record<string, string | undefined>>,
) {
  const { transport } = endpoint;
  // The library falls back on this process's own DOCKER_* variables for every option that is not there at all.
  const none = {
    ...{ host: undefined, port: undefined, socketPath: undefined, protocol: 'http' as const },
    ...{ ca: undefined, cert: undefined, key: undefined, timeout: undefined },
  };
  if (transport.kind === 'socket') {
    return { ...none, socketPath: transport.path, agent: new HttpAgent({ keepAlive: false }) };
  }
  if (transport.kind === 'ssh') {
    const { createSshAgent } = await import('./sshAgent.ts');
    return { ...none, host: 'docker', agent: createSshAgent(transport, environment) };
  }
  const address = { ...none, host: transport.host, port: transport.port };
  if (!transport.tls) return { ...address, agent: new HttpAgent({ keepAlive: false }) };
  const { loadTls } = await import('./loadTls.ts');
  const tls = loadTls(transport.tls);
  return {
    ...address,
    protocol: 'https' as const,
    agent: new HttpsAgent({ ...tls, keepAlive: false }) as HttpAgent,
  };
}

/**
 * The library prints the options of every request for a debug log, also where there is none; through the agent that
 * would be every open connection with what it holds, tens of milliseconds during a build.
 */
function hideFromLog(agent: HttpAgent): void {
  Object.assign(agent, { [inspect.custom]: () => 'agent' });
}

/** Makes {@link DockerClient.api}: the library's own methods over its own connection, some of which take no signal. */
function bindApi(Docker: typeof Dockerode, { modem }: Dockerode, endpoint: Endpoint): DockerClient['api'] {
  return (signal) => {
    const bound: typeof modem = Object.create(modem);
    bound.dial = (options, done) => {
      modem.dial({ ...options, abortSignal: signal }, (error, answer) => {
        if (error) done?.(engineError(error, endpoint, signal) as Error, null);
        else done?.(null, answer);
      });
    };
    // The declared options leave out that a connection may be given.
    return new Docker({ modem: bound } as Dockerode.DockerOptions);
  };
}

/** Connects lazily loaded code to an engine and asks what it speaks. Throws `engine-unreachable`, `engine-config-invalid`. */
export async function connectEngine(
  endpoint: Endpoint,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<DockerClient> {
  const [{ default: Docker }, options] = await Promise.all([
    import('dockerode'),
    connectionOptions(endpoint, environment),
  ]);
  hideFromLog(options.agent);
  const headers = await readGreeting(bindApi(Docker, new Docker(options), endpoint)(signal), endpoint);
  const apiVersion = endpoint.apiVersion ?? olderVersion(newestApi, String(headers['api-version'] ?? '1.40'));
  const docker = new Docker({ ...options, version: `v${apiVersion}` });
  return {
    endpoint,
    greeting: {
      apiVersion,
      product: headers['libpod-api-version'] === undefined ? 'docker' : 'podman',
      system: String(headers.ostype ?? 'linux'),
    },
    api: bindApi(Docker, docker, endpoint),
  };
}

/** dockerode's `ping` keeps the headers of the answer, which tell all there is to know, to itself. */
async function readGreeting(api: Dockerode, endpoint: Endpoint): Promise<IncomingHttpHeaders> {
  try {
    const pong = await openAnswer(api, { method: 'GET', path: '/_ping' });
    pong.resume();
    return pong.headers;
  } catch (error) {
    if (TowlineError.is(error, 'engine-stopped', 'engine-failed')) throw notAnEngine(endpoint, error);
    throw error;
  }
}
