import { constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { exists } from '../lab/debianPackages.ts';
import { execute } from '../lab/execute.ts';

/** A docker command line that builds with BuildKit, as a person here would type it. */
export interface HandDocker {
  readonly build: string;
  readonly program: string;
  /** For people. */
  readonly version: string;
}

/**
 * The first `docker` on PATH that builds with BuildKit: by buildx, or by itself where it is older than 23. Throws
 * where there is none: the classic builder would be a weaker opponent.
 */
export async function findHandDocker(): Promise<HandDocker> {
  const scratch = await mkdtemp(join(tmpdir(), 'towline-docker-'));
  try {
    await writeFile(join(scratch, 'Dockerfile'), 'FROM scratch\nLABEL towline.bench=probe\n');
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const program = join(folder, 'docker');
      if (!(await exists(program, constants.X_OK))) continue;
      const env = { DOCKER_BUILDKIT: '1' };
      if ((await execute(program, ['build', '--quiet', scratch], { env })).code !== 0) continue;
      const version = (await execute(program, ['--version'])).stdout.trim();
      return { program, build: `DOCKER_BUILDKIT=1 ${program} build`, version };
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  throw new Error('No docker on PATH builds with BuildKit: install docker-buildx, or a docker before 23.');
}
