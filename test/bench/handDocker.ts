import { constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ensureBuildx } from '../lab/buildx.ts';
import { exists } from '../lab/debianPackages.ts';
import { execute, executeOrThrow } from '../lab/execute.ts';

/** A docker command line that builds with BuildKit, as a person here would type it. */
export interface HandDocker {
  readonly build: string;
  readonly program: string;
  /** Under which the command lines work. */
  readonly environment: Readonly<Record<string, string>>;
  /** For people. */
  readonly version: string;
}

/**
 * `docker buildx build`; an older client's own build where there is no buildx to be had. Throws where there is neither:
 * the classic builder would be a weaker opponent.
 */
export async function findHandDocker(): Promise<HandDocker> {
  const say = (line: string) => console.log(`bench: ${line}`);
  try {
    const environment = await ensureBuildx({ install: true, say });
    const ask = (...args: string[]) => executeOrThrow('docker', args, { env: environment });
    const version = `${(await ask('--version')).trim()}, ${(await ask('buildx', 'version')).trim()}`;
    return { program: 'docker', build: 'docker buildx build', environment, version };
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    const older = await findOlderClient();
    if (older) return older;
    throw new Error('No docker on PATH builds with BuildKit: install docker-buildx, or a docker before 23.');
  }
}

/** The first `docker` on PATH that is older than 23: it can build with BuildKit without starting buildx. */
export async function findOlderClient(): Promise<HandDocker | undefined> {
  const scratch = await mkdtemp(join(tmpdir(), 'towline-docker-'));
  try {
    await writeFile(join(scratch, 'Dockerfile'), 'FROM scratch\nLABEL towline.bench=probe\n');
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const program = join(folder, 'docker');
      if (!(await exists(program, constants.X_OK))) continue;
      const version = (await execute(program, ['--version'])).stdout.trim();
      const [, major = '23'] = /version (\d+)/.exec(version) ?? [];
      if (Number(major) >= 23) continue;
      const env = { DOCKER_BUILDKIT: '1' };
      if ((await execute(program, ['build', '--quiet', scratch], { env })).code !== 0) continue;
      return { program, build: `DOCKER_BUILDKIT=1 ${program} build`, environment: {}, version };
    }
    return undefined;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
