import { failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import type { HostFacts, Ports } from '../ports/ports.ts';
import { defaultRegistryPort, type LocalRegistry } from '../registries/localRegistry.ts';
import { type OpenWorkspace, openWorkspace } from '../workspace/openWorkspace.ts';
import { findContexts } from './findContexts.ts';
import type { Finding } from './finding.ts';
import { type Fixable, fixCommand } from './fixCommand.ts';

export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** Undefined when the folder is in no repository. */
  readonly opened: OpenWorkspace | undefined;
}

/** Programs that later work needs, what for, and where they come from. */
const optionalPrograms = [
  {
    name: 'kubectl',
    arguments: ['version', '--client', '--output=yaml'],
    use: 'reading clusters',
    next: 'https://kubernetes.io/docs/tasks/tools/',
  },
  {
    name: 'kustomize',
    arguments: ['version'],
    use: 'rendering kustomizations (kubectl can, too)',
    next: 'https://kubectl.docs.kubernetes.io/installation/kustomize/',
  },
  {
    name: 'helm',
    arguments: ['version', '--short'],
    use: 'rendering charts',
    next: 'https://helm.sh/docs/intro/install/',
  },
  {
    name: 'kind',
    arguments: ['version'],
    use: 'a local cluster to rehearse on',
    next: 'https://kind.sigs.k8s.io/docs/user/quick-start/',
  },
] as const;

/** Looks for everything a run needs, at the same time; never fails, every trouble is a finding. */
export async function diagnose(
  ports: Ports & { readonly localClusters: LocalClusters },
  { version, platform }: Pick<HostFacts, 'version' | 'platform'>,
  localRegistry: LocalRegistry,
  folder: string,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const fix = fixes(ports, platform);
  const opening = openWorkspace(ports, version, folder, signal).catch((error: unknown) => failureOf(error));
  const [git, engine, opened, ...programs] = await Promise.all([
    findGit(ports, fix, signal),
    findEngine(ports, platform, signal),
    opening,
    ...optionalPrograms.map((program) => findProgram(ports, program, fix, folder, signal)),
  ]);
  const workspace = 'workspace' in opened ? opened : undefined;
  const repository: Finding =
    'workspace' in opened
      ? { name: 'repository', state: 'found', detail: opened.folder }
      : {
          ...{
            name: 'repository',
            state: 'missing',
            detail: `${opened.what}: ${opened.why}`,
            next: opened.next,
          },
          ...(opened.code === 'not-a-repository' ? { command: 'git init' } : {}),
        };
  const registry = await findRegistry(ports, localRegistry, workspace?.workspace.registry, signal);
  const contexts = workspace ? await findContexts(ports, workspace, signal) : [];
  const rehearsals = workspace ? await findLeftRehearsals(ports, workspace) : [];
  return {
    findings: [git, repository, engine, registry, ...programs, ...contexts, ...rehearsals],
    opened: workspace,
  };
}

/** A namespace that a killed rehearsal left on a cluster does no harm to a run, and goes only when somebody says so. */
async function findLeftRehearsals(ports: Ports, opened: OpenWorkspace): Promise<readonly Finding[]> {
  const { listRehearsals } = await import('../rehearsal/leftRehearsals.ts');
  const left = listRehearsals(ports, opened).filter(({ standing }) => standing === 'left');
  if (left.length === 0) return [];
  const places = left.map(({ namespace, context }) => `${namespace} on ${context}`).join(', ');
  return [
    {
      name: 'rehearsals',
      state: 'optional',
      detail: `left behind by a process that is gone: ${places}`,
      next: 'Remove what is left of them.',
      command: 'towline rehearse --clean',
    },
  ];
}

/** A finding's command, where there is one. */
type Fixes = (part: Fixable) => Pick<Finding, 'command'>;

function fixes({ processes }: Ports, platform: string): Fixes {
  return (part) => {
    const command = fixCommand(part, platform, (name) => processes.find(name) !== undefined);
    return command === undefined ? {} : { command };
  };
}

async function findGit(ports: Ports, fix: Fixes, signal: AbortSignal): Promise<Finding> {
  const version = await ports.repositories.version(signal);
  if (version)
    return {
      name: 'git',
      state: 'found',
      detail: `${version} at ${ports.processes.find('git') ?? 'an unknown place'}`,
    };
  const failure = new TowlineError('git-missing', { why: 'there is no git on PATH' }).failure;
  return { name: 'git', state: 'missing', detail: failure.what, next: failure.next, ...fix('git') };
}

export async function findEngine(ports: Ports, platform: string, signal: AbortSignal): Promise<Finding> {
  try {
    const engine = await ports.containers.describe(signal);
    const limits = engine.limits.length > 0 ? ` Limits: ${engine.limits.join(' ')}` : '';
    return {
      name: 'engine',
      state: 'found',
      detail: `${engine.product} ${engine.version} (API ${engine.apiVersion}, ${engine.platform}) at ${engine.endpoint}, by ${engine.because}.${limits}`,
    };
  } catch (error) {
    signal.throwIfAborted();
    const { code, what, why, next } = failureOf(error);
    // An address that the user chose is not mended by starting the machine's own engine.
    const chosen = ports.processes.environment.DOCKER_HOST || ports.processes.environment.DOCKER_CONTEXT;
    const command =
      code === 'engine-context-unknown' || chosen
        ? { command: 'docker context ls' }
        : code === 'engine-unreachable'
          ? fixes(ports, platform)('engine')
          : {};
    return { name: 'engine', state: 'missing', detail: `${what}: ${why}`, next, ...command };
  }
}

async function answers({ registry }: Ports, host: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await registry.ping(host, undefined, signal)) === 'ready';
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

async function findRegistry(
  ports: Ports,
  local: LocalRegistry,
  configured: string | undefined,
  signal: AbortSignal,
): Promise<Finding> {
  const state = await local.state(signal);
  const own =
    state.kind === 'absent'
      ? 'not started yet; a run starts it when needed'
      : `${state.running ? 'runs' : 'stopped'} on localhost:${state.port} as a ${state.kind}`;
  if (configured === undefined) {
    const usual = `localhost:${defaultRegistryPort}`;
    const isOwn = state.kind !== 'absent' && state.running && state.port === defaultRegistryPort;
    const detail =
      !isOwn && (await answers(ports, usual, signal))
        ? `none configured: the one that answers on ${usual}, which Towline did not start`
        : `none configured: Towline's own local one (${own})`;
    return { name: 'registry', state: 'found', detail };
  }
  const host = configured.split('/')[0] ?? configured;
  try {
    const credential = await ports.credentials.find(host, signal);
    const answer = await ports.registry.ping(host, credential, signal);
    if (answer === 'ready') {
      const as = credential ? `, credentials from ${credential.from}` : ', no credentials';
      return { name: 'registry', state: 'found', detail: `${configured} answers${as}` };
    }
    const failure = new TowlineError('registry-denied', {
      why: `${host} wants ${credential ? 'other ' : ''}credentials`,
      registry: host,
    }).failure;
    return {
      name: 'registry',
      state: 'missing',
      detail: `${failure.what}: ${failure.why}`,
      next: failure.next,
      command: `docker login ${host}`,
    };
  } catch (error) {
    signal.throwIfAborted();
    const { what, why, next } = failureOf(error);
    const loopback = /^(localhost|127\.0\.0\.1):/.test(host);
    return loopback
      ? {
          name: 'registry',
          state: 'found',
          detail: `nothing answers on ${host}; a run starts Towline's own registry there (${own})`,
        }
      : { name: 'registry', state: 'missing', detail: `${what}: ${why}`, next };
  }
}

async function findProgram(
  ports: Ports,
  program: (typeof optionalPrograms)[number],
  fix: Fixes,
  folder: string,
  signal: AbortSignal,
): Promise<Finding> {
  const { name, use, next } = program;
  const found = ports.processes.find(name);
  if (!found)
    return { name, state: 'optional', detail: `not found; only needed for ${use}`, next, ...fix(name) };
  let output = '';
  const environment = Object.fromEntries(
    Object.entries(ports.processes.environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  const onOutput = (text: string): void => {
    output += text;
  };
  const limited = AbortSignal.any([signal, AbortSignal.timeout(5_000)]);
  const command = [found, ...program.arguments] as const;
  await ports.processes.run({ command, folder, environment, onOutput }, limited).catch(() => undefined);
  signal.throwIfAborted();
  const version = /v?\d+\.\d+\.\d+[^\s,"}]*/.exec(output)?.[0] ?? 'of an unknown version';
  return { name, state: 'found', detail: `${version} at ${found}` };
}
