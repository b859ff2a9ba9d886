import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ensureEngine } from '../lab/engine.ts';
import { ensureRegistryProgram, type LabRegistry, startRegistry } from '../lab/registry.ts';
import { endStartedProcesses, isGone } from './cliProcess.ts';
import { type CliWorkspace, docker, makeWorkspace, type WorkspaceOptions } from './cliWorkspace.ts';
import { patience } from './patience.ts';
import { skipTest } from './skipTest.ts';

/** Milliseconds a test with real processes may take. */
const testLimit = 60_000 * patience;

export interface CliLab {
  /** One for the whole suite. */
  readonly registry: LabRegistry;
  /** Removed after the test. */
  makeWorkspace(options?: WorkspaceOptions, registryHost?: string): CliWorkspace;
}

/** Call inside a `describe`: a registry, workspaces, and nothing left of them afterwards. */
export function useCliLab(): CliLab {
  let registry: LabRegistry;
  const workspaces: CliWorkspace[] = [];
  const names: string[] = [];

  before(async function () {
    this.timeout(testLimit);
    try {
      const options = { install: false, say: () => undefined };
      await ensureEngine(options);
      await ensureRegistryProgram(options);
    } catch (error) {
      skipTest(this, error instanceof Error ? error.message : String(error));
    }
    registry = await startRegistry();
  });
  beforeEach(function () {
    this.currentTest?.timeout(testLimit);
  });
  afterEach(() => {
    endStartedProcesses();
    for (const workspace of workspaces.splice(0)) {
      endLocalRegistry(workspace);
      workspace.sandbox.remove();
    }
  });
  after(async function () {
    this.timeout(testLimit);
    const tags = docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}').split('\n');
    const ours = tags.filter((tag) => names.some((name) => tag.startsWith(`${name}/`)));
    if (ours.length > 0) docker('image', 'rm', '--force', ...ours.filter((tag) => !tag.endsWith('<none>')));
    await registry?.stop();
  });

  return {
    get registry() {
      return registry;
    },
    makeWorkspace(options, host = registry.host) {
      const workspace = makeWorkspace(host, options);
      workspaces.push(workspace);
      names.push(workspace.registry);
      return workspace;
    },
  };
}

/** Towline's own registry of a workspace's user, as Towline recorded it. */
export function localRegistryOf({ environment }: CliWorkspace): { readonly pid: number } | undefined {
  const record = join(environment.TOWLINE_DATA ?? '', 'registry/registry.json');
  return existsSync(record) ? (JSON.parse(readFileSync(record, 'utf8')) as { pid: number }) : undefined;
}

/** Towline's own registry is a process that outlives its command on purpose. */
function endLocalRegistry(workspace: CliWorkspace): void {
  const pid = localRegistryOf(workspace)?.pid;
  if (pid === undefined || isGone(pid)) return;
  process.kill(pid, 'SIGKILL');
}

/** A loopback port where nothing listens. */
export function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
  });
  return promise;
}

/** Tags of a repository, none where the registry does not know it. */
export async function tagsIn({ url }: LabRegistry, image: string): Promise<readonly string[]> {
  const path = image.slice(image.indexOf('/') + 1);
  const answer = await fetch(`${url}/v2/${path}/tags/list`);
  if (answer.status === 404) return [];
  const { tags } = (await answer.json()) as { tags: string[] | null };
  return tags ?? [];
}

/** The digest that the registry gives for a tag or digest; undefined where there is none. */
export async function digestIn(
  { url }: LabRegistry,
  image: string,
  reference: string,
): Promise<string | undefined> {
  const path = image.slice(image.indexOf('/') + 1);
  const answer = await fetch(`${url}/v2/${path}/manifests/${reference}`, {
    method: 'HEAD',
    headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
  });
  return answer.headers.get('docker-content-digest') ?? undefined;
}
