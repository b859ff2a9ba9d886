import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execute, executeOrThrow } from '../lab/execute.ts';
import { type BenchLab, projectFolder } from './benchLab.ts';

/** The sample as a turbo workspace: the same services, tests and images; each `build` is a `docker build`. */
export async function openTurboShop(lab: BenchLab): Promise<string> {
  const { images } = lab;
  const folder = join(lab.folder, 'turbo');
  await cp(join(projectFolder, 'media/sample'), folder, { recursive: true });
  await rewrite(join(folder, 'services/runtime/package.json'), (service) => ({
    ...service,
    scripts: { test: 'node --test', build: buildCommand(`NODE_IMAGE=${images.node}`, 'runtime') },
  }));
  await rewrite(join(folder, 'services/api/package.json'), (service) => ({
    ...service,
    scripts: { test: 'node --test', build: buildCommand('RUNTIME_IMAGE=turbo/runtime', 'api') },
    dependencies: { '@shop/runtime': '*' },
  }));
  await write(join(folder, 'services/pricing/package.json'), {
    name: '@shop/pricing',
    version: '1.0.0',
    private: true,
    scripts: {
      test: 'python3 -m unittest',
      build: buildCommand(`PYTHON_IMAGE=${images.python}`, 'pricing'),
    },
  });
  await write(join(folder, 'package.json'), {
    name: 'shop',
    private: true,
    workspaces: ['services/*'],
    packageManager: `npm@${(await executeOrThrow('npm', ['--version'])).trim()}`,
  });
  await write(join(folder, 'turbo.json'), {
    tasks: { test: {}, build: { dependsOn: ['^build', 'test'], outputs: [] } },
  });
  await executeOrThrow('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--offline'], {
    cwd: folder,
  });
  await linkTurbo(folder);
  const git = (...args: string[]) => executeOrThrow('git', args, { cwd: folder });
  await writeFile(join(folder, '.gitignore'), 'node_modules\n.turbo\n__pycache__\n');
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git(
    ...['-c', 'user.name=Bench', '-c', 'user.email=bench@towline.invalid', '-c', 'commit.gpgSign=false'],
    ...['commit', '--quiet', '--no-verify', '--message=Add the shop'],
  );
  const filled = await execute('node_modules/.bin/turbo', ['run', 'test', 'build'], {
    cwd: folder,
    env: { TURBO_TELEMETRY_DISABLED: '1' },
  });
  if (filled.code !== 0) throw new Error(`turbo failed:\n${filled.stdout.slice(-2000)}`);
  return folder;
}

/** As `npm install` puts it there: the launcher in `.bin`, which starts the program of this platform. */
async function linkTurbo(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  for (const name of ['turbo', '@turbo'])
    await symlink(join(projectFolder, 'node_modules', name), join(modules, name));
  await symlink('../turbo/bin/turbo', join(modules, '.bin/turbo'));
}

function buildCommand(argument: string, name: string): string {
  return `docker build --tag turbo/${name} --build-arg ${argument} .`;
}

async function rewrite(file: string, change: (content: object) => object): Promise<void> {
  await write(file, change(JSON.parse(await readFile(file, 'utf8')) as object));
}

function write(file: string, content: object): Promise<void> {
  return writeFile(file, `${JSON.stringify(content, undefined, 2)}\n`);
}
