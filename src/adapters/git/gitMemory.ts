import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { RecordStore } from '../../engine/ports/journalStore.ts';
import type { RepositoryPlace } from '../../engine/ports/repositories.ts';
import { isSettled, stampOf } from './fileStamp.ts';
import type { IndexListing } from './parseIndexListing.ts';
import type { ReadSettings } from './readSettings.ts';

/** What a configuration says, whenever that was read. */
export type Settings = Omit<ReadSettings, 'readAt' | 'origins'>;

/** Where a checkout is and what its configuration says. */
export interface Checkout {
  readonly top: string;
  readonly commonFolder: string;
  readonly settings: Settings;
  /** The same text while git reads the same configuration. */
  readonly configuration: string;
}

/**
 * What git said of a checkout when it was last asked, for as long as no file that it read for that has changed: every
 * question costs a process. Only checkouts with a folder `.git` of their own are remembered.
 */
export interface GitMemory {
  /** The checkout that a folder is in; undefined where git must be asked. */
  recallCheckout(folder: string): Checkout | undefined;
  /** Keeps what was read, where it can be told later that it still holds. */
  keepCheckout(place: RepositoryPlace, settings: ReadSettings): Promise<void>;
  /** What tells one content of a checkout's index from the next; undefined where nothing does. */
  indexStamp(place: RepositoryPlace): string | undefined;
  /** The same for all refs below a name, e.g. `refs/remotes/origin`. */
  refsStamp(place: RepositoryPlace, below: string): string | undefined;
  /** What the index lists while it has this stamp. */
  recallListing(place: RepositoryPlace, stamp: string): IndexListing | undefined;
  /** Keeps what was listed since the index had this stamp. */
  keepListing(place: RepositoryPlace, stamp: string, listing: IndexListing): Promise<void>;
  /** Part of the view of a checkout that was kept last, whether or not it still holds. */
  readView(place: RepositoryPlace, part: ViewPart): string | undefined;
  writeView(place: RepositoryPlace, part: ViewPart, text: string): Promise<void>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** As `RepositoriesOptions` has it. */
  readonly fewFiles: number;
}

/** A view's signs tell whether the rest is worth reading. */
export type ViewPart = 'signs' | 'lists';

interface Kept extends Omit<Checkout, 'configuration'> {
  readonly version: 3;
  readonly situation: string;
  /** Every file that may hold configuration, with its stamp; '' where there is none. */
  readonly files: readonly (readonly [path: string, stamp: string])[];
}

const checkoutRecord = 'git/checkout';
const listingRecord = 'git/listing';
const viewRecord = (part: ViewPart): string => `git/view-${part}`;

/** Variables that choose the files that git takes configuration from. */
const choosing = /^(?:GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)|HOME|XDG_CONFIG_HOME)$/;
/** Variables that carry configuration themselves, or change where git looks for a checkout. */
const unfit = /^GIT_(?:CONFIG_(?!(?:GLOBAL|SYSTEM|NOSYSTEM)$)|CEILING_|DISCOVERY_)/;

export function createGitMemory(
  {
    program,
    environment,
  }: { readonly program: string; readonly environment: Readonly<Record<string, string>> },
  openRecords: (commonFolder: string) => RecordStore,
  { now, fewFiles }: Pick<GitMemory, 'now' | 'fewFiles'>,
): GitMemory {
  const names = Object.keys(environment);
  const isFit = process.platform !== 'win32' && !names.some((name) => unfit.test(name));

  /** Which git it is and where it looks. */
  const situation = (): string => {
    const chosen = names.filter((name) => choosing.test(name)).sort();
    return JSON.stringify([program, stampOf(program), ...chosen.map((name) => [name, environment[name]])]);
  };
  const isPlain = (place: RepositoryPlace): place is RepositoryPlace & { readonly top: string } =>
    isFit && place.top !== undefined && place.commonFolder === join(place.top, '.git');
  const read = (commonFolder: string, name: string) => openRecords(commonFolder).read(name);

  return {
    recallCheckout(folder) {
      const top = isFit ? findTop(resolve(folder)) : undefined;
      const kept = top === undefined ? undefined : parseKept(read(join(top, '.git'), checkoutRecord));
      if (kept?.top !== top || kept?.situation !== situation()) return undefined;
      if (!kept.files.every(([path, stamp]) => stampOf(path) === stamp)) return undefined;
      return { ...kept, configuration: JSON.stringify([kept.situation, kept.files]) };
    },
    async keepCheckout(place, { readAt, origins, ...settings }) {
      if (!isPlain(place) || findTop(place.top) !== place.top || origins === undefined) return;
      const { top, commonFolder } = place;
      const paths = new Set([...configurationFiles(program, environment, commonFolder), ...origins]);
      const files: (readonly [string, string])[] = [];
      for (const path of paths) {
        const stamp = stampOf(path);
        if (stamp === undefined || !isSettled(stamp, readAt - Date.now() + now())) return;
        files.push([path, stamp]);
      }
      const kept: Kept = { version: 3, situation: situation(), top, commonFolder, settings, files };
      await write(openRecords(commonFolder), checkoutRecord, JSON.stringify(kept));
    },
    indexStamp(place) {
      return (isPlain(place) && stampOf(join(place.commonFolder, 'index'))) || undefined;
    },
    refsStamp(place, below) {
      const { commonFolder } = place;
      if (!isPlain(place) || stampOf(join(commonFolder, 'reftable')) !== '') return undefined;
      const stamps: string[] = [];
      const isTold = ['packed-refs', below].every((name) => addStamps(join(commonFolder, name), stamps));
      return isTold && stamps.every((stamp) => isSettled(stamp, now())) ? stamps.join('\n') : undefined;
    },
    recallListing({ commonFolder }, stamp) {
      const [known, ...lists] = read(commonFolder, listingRecord)?.split('\0\0') ?? [];
      const [files, submodules, skipped, assumed] = lists.map(parseList);
      if (known !== stamp || !files || !submodules || !skipped || !assumed || lists.length !== 4)
        return undefined;
      return { files, submodules, skipped, assumed };
    },
    async keepListing(place, stamp, { files, submodules, skipped, assumed }) {
      // Older than any moment since the stamp was taken, so that what was listed is what the stamp stands for.
      if (stampOf(join(place.commonFolder, 'index')) !== stamp || !isSettled(stamp, now())) return;
      const lists = [files, submodules, skipped, assumed].map((list) => list.join('\0'));
      await write(openRecords(place.commonFolder), listingRecord, [stamp, ...lists].join('\0\0'));
    },
    readView: ({ commonFolder }, part) => read(commonFolder, viewRecord(part)),
    writeView: ({ commonFolder }, part, text) => write(openRecords(commonFolder), viewRecord(part), text),
    now,
    fewFiles,
  };
}

/**
 * The folder that git would take for the top of the checkout that a folder is in, if it is a plain one: nothing on the
 * way up that could be a repository of another kind, a link or another file system.
 */
function findTop(folder: string): string | undefined {
  const { dev } = look(folder) ?? {};
  for (let at = folder; ; at = dirname(at)) {
    const here = look(at);
    if (!here?.isDirectory() || here.dev !== dev || look(join(at, 'HEAD'))) return undefined;
    const git = look(join(at, '.git'));
    if (git) return git.isDirectory() ? at : undefined;
    if (dirname(at) === at) return undefined;
  }
}

/** All places where git may find configuration for a checkout, those of its own among them. */
function configurationFiles(
  program: string,
  { HOME = '', XDG_CONFIG_HOME, GIT_CONFIG_GLOBAL, GIT_CONFIG_SYSTEM }: Readonly<Record<string, string>>,
  commonFolder: string,
): readonly string[] {
  return [
    // Where this is, the folder's configuration is elsewhere.
    join(commonFolder, 'commondir'),
    join(commonFolder, 'config'),
    join(commonFolder, 'config.worktree'),
    GIT_CONFIG_GLOBAL ?? join(HOME, '.gitconfig'),
    join(XDG_CONFIG_HOME || join(HOME, '.config'), 'git/config'),
    GIT_CONFIG_SYSTEM ?? '/etc/gitconfig',
    join(dirname(program), '../etc/gitconfig'),
  ];
}

/** More are not worth looking at one by one. */
const mostRefs = 1_000;

/** Adds the stamps of a file, or of a folder and all in it; false where they do not tell everything. */
function addStamps(path: string, stamps: string[]): boolean {
  const stamp = stampOf(path);
  const found = look(path);
  if (stamp === undefined || found?.isSymbolicLink() || stamps.length === mostRefs) return false;
  stamps.push(stamp);
  return !found?.isDirectory() || namesIn(path).every((name) => addStamps(join(path, name), stamps));
}

/** A folder that has gone meanwhile has another stamp the next time. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** A memory that cannot be kept is none the next time. */
async function write(records: RecordStore, name: string, text: string): Promise<void> {
  await records.write(name, text).catch(() => undefined);
}

function parseList(text: string): readonly string[] {
  return text === '' ? [] : text.split('\0');
}

function parseKept(text: string | undefined): Kept | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<Kept> | null;
    return value?.version === 3 ? (value as Kept) : undefined;
  } catch {
    return undefined;
  }
}
