import { rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, symlink } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { type BaseImages, ensureBaseImages } from '../lab/baseImages.ts';
import { type DemoShop, openDemoShop } from '../lab/demoShop.ts';
import { ensureEngine } from '../lab/engine.ts';
import { executeOrThrow } from '../lab/execute.ts';
import { ensurePython } from '../lab/python.ts';
import { ensureRegistryProgram, type LabRegistry, startRegistry } from '../lab/registry.ts';

export const projectFolder = join(import.meta.dirname, '../..');

/** What every benchmark works with; all of it is removed at the end, except images and layers on the engine. */
export interface BenchLab extends AsyncDisposable {
  readonly folder: string;
  readonly registry: LabRegistry;
  readonly images: BaseImages;
  /** `towline` as npm installs it: a link to the bundle, which names its own interpreter. */
  readonly towline: string;
  /** Keeps what Towline stores for the user out of this user's folders. */
  readonly environment: Readonly<Record<string, string>>;
  /** A new copy of the sample with a bare remote. */
  openShop(name: string): Promise<DemoShop>;
}

export async function openBenchLab(): Promise<BenchLab> {
  // Asking for the benchmarks is asking for what they need; it is said before it is installed.
  const options = { install: true, say: (line: string) => console.log(`bench: ${line}`) };
  const engine = await ensureEngine(options);
  await ensureRegistryProgram(options);
  await ensurePython(options);
  const images = await ensureBaseImages(options.say);
  const registry = await startRegistry();
  const folder = await mkdtemp(join(tmpdir(), 'towline-bench-'));
  // Also when somebody ends it in the middle; the registry listens for the exit as well.
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  console.log(await describeMachine(engine.version));
  return {
    folder,
    registry,
    images,
    towline: await installTowline(folder),
    environment: { TOWLINE_DATA: join(folder, 'data') },
    openShop: (name) =>
      openDemoShop(join(projectFolder, 'media/sample'), join(folder, name), images, {
        fresh: false,
        choosePort: () => Promise.resolve(registry.port),
      }),
    async [Symbol.asyncDispose]() {
      await registry.stop();
      remove();
    },
  };
}

async function installTowline(folder: string): Promise<string> {
  const bundle = join(projectFolder, 'dist/cli/towline.js');
  await chmod(bundle, 0o755);
  await mkdir(join(folder, 'bin'));
  const link = join(folder, 'bin/towline');
  await symlink(bundle, link);
  return link;
}

async function describeMachine(engine: string): Promise<string> {
  const git = (await executeOrThrow('git', ['--version'])).trim().replace('version ', '');
  const memory = Math.round(totalmem() / 1024 ** 3);
  return (
    `Machine: ${process.platform}/${process.arch}, ${availableParallelism()} × ${cpus()[0]?.model.trim()}, ` +
    `${memory} GB; Node.js ${process.version}, ${git}, Docker engine ${engine}`
  );
}
