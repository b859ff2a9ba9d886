import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { isMap, parseDocument } from 'yaml';
import type { BaseImages } from './baseImages.ts';
import { executeOrThrow } from './execute.ts';

/** The demo's throw-away copy of the sample: a Git repository with a bare remote beside it. */
export interface DemoShop {
  /** Everything the demo wrote is in here. */
  readonly folder: string;
  readonly repository: string;
  readonly remote: string;
  /** Of the registry that the copy's files name. */
  readonly port: number;
  /** Whether it was there already, from an earlier demo. */
  readonly reused: boolean;
}

interface DemoMark {
  /** Of the sample and of what was written into the copy. */
  readonly source: string;
  readonly port: number;
}

const samplePort = 5001;
/** Equal commits everywhere, so that two demos can be compared. */
const author = {
  GIT_AUTHOR_NAME: 'Towline Demo',
  GIT_AUTHOR_EMAIL: 'demo@towline.invalid',
  GIT_AUTHOR_DATE: '2026-01-05T09:00:00Z',
  GIT_COMMITTER_NAME: 'Towline Demo',
  GIT_COMMITTER_EMAIL: 'demo@towline.invalid',
  GIT_COMMITTER_DATE: '2026-01-05T09:00:00Z',
};

/** The same for every demo of a user, so that the next one can go on. */
export function demoFolder(): string {
  const { uid, username } = userInfo();
  return join(tmpdir(), `towline-demo-${uid >= 0 ? uid : username}`);
}

/**
 * The copy of an earlier demo, with whatever was changed in it, or a new one: where there is none, with
 * `fresh`, or where the sample has changed and nothing was changed in the copy.
 *
 * @param choosePort finds a port for the registry, preferably the given one
 */
export async function openDemoShop(
  sample: string,
  folder: string,
  images: BaseImages,
  options: { readonly fresh: boolean; readonly choosePort: (preferred: number) => Promise<number> },
): Promise<DemoShop> {
  await claimFolder(folder);
  const repository = join(folder, 'shop');
  const remote = join(folder, 'shop.git');
  const source = await hashSource(sample, images);
  const mark = await readMark(folder);
  if (mark && !options.fresh && (mark.source === source || !(await isUntouched(repository))))
    return { folder, repository, remote, port: mark.port, reused: true };

  await rm(folder, { recursive: true, force: true });
  await claimFolder(folder);
  const port = await options.choosePort(mark?.port ?? samplePort);
  await cp(sample, repository, { recursive: true });
  if (port !== samplePort) await replacePort(repository, port);
  if (images.standIns) await writeBuildArguments(join(repository, 'towline.yaml'), images);
  await createRepositories(repository, remote);
  // Written last: a copy without it was not finished.
  await writeFile(join(folder, 'demo.json'), JSON.stringify({ source, port } satisfies DemoMark));
  return { folder, repository, remote, port, reused: false };
}

/** A folder with a known name in a place that everybody can write to must be ours and nobody else's. */
async function claimFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid } = await stat(folder);
  if (process.getuid && uid !== process.getuid())
    throw new Error(
      `${folder} belongs to another user (${uid}). Remove it, or set TMPDIR to a folder of yours.`,
    );
}

async function createRepositories(repository: string, remote: string): Promise<void> {
  const git = (...args: string[]) => executeOrThrow('git', args, { cwd: repository, env: author });
  await executeOrThrow('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
  await git('init', '--quiet', '--initial-branch=main');
  // A machine without a Git user must be able to propose; nobody's signing key has a part in a demo.
  await git('config', 'user.name', author.GIT_AUTHOR_NAME);
  await git('config', 'user.email', author.GIT_AUTHOR_EMAIL);
  await git('config', 'commit.gpgSign', 'false');
  await git('config', 'core.autocrlf', 'false');
  await git('remote', 'add', 'origin', remote);
  await git('add', '--all');
  await git('commit', '--quiet', '--no-verify', '--message=Add the shop');
  await git('push', '--quiet', '--no-verify', '--set-upstream', 'origin', 'main');
  await git('remote', 'set-head', 'origin', 'main');
}

/** Build arguments that put the stand-ins in the place of the public base images. */
async function writeBuildArguments(file: string, images: BaseImages): Promise<void> {
  const configuration = parseDocument(await readFile(file, 'utf8'));
  const args = { runtime: { NODE_IMAGE: images.node }, pricing: { PYTHON_IMAGE: images.python } };
  for (const [service, values] of Object.entries(args)) {
    if (!isMap(configuration.getIn(['services', service])))
      throw new Error(`${file} has no service ${service}`);
    configuration.setIn(['services', service, 'build', 'args'], configuration.createNode(values));
  }
  await writeFile(file, configuration.toString({ lineWidth: 0, flowCollectionPadding: false }));
}

async function replacePort(repository: string, port: number): Promise<void> {
  for (const file of await listFiles(repository)) {
    const text = await readFile(file, 'utf8');
    const replaced = text.replaceAll(`localhost:${samplePort}`, `localhost:${port}`);
    if (replaced !== text) await writeFile(file, replaced);
  }
}

async function hashSource(sample: string, images: BaseImages): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(images));
  for (const file of (await listFiles(sample)).sort())
    hash.update(`\0${file}\0`).update(await readFile(file));
  return hash.digest('hex');
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('__pycache__'))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function isUntouched(repository: string): Promise<boolean> {
  const status = await executeOrThrow('git', ['status', '--porcelain'], { cwd: repository });
  const ahead = await executeOrThrow('git', ['rev-list', '--count', 'HEAD'], { cwd: repository });
  return status === '' && ahead.trim() === '1';
}

async function readMark(folder: string): Promise<DemoMark | undefined> {
  const text = await readFile(join(folder, 'demo.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}
