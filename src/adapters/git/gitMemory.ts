import { dirname, join, resolve } from 'node:path';
import type { RecordStore } from '../../engine/ports/journalStore.ts';
import type { ObjectId, RepositoryPlace } from '../../engine/ports/repositories.ts';
import { isSettled, stampOf } from './fileStamp.ts';
import { folderRemoteState } from './folderRemote.ts';
import type { IndexListing } from './parseIndexListing.ts';
import type { ReadSettings } from './readSettings.ts';
import { look, stampsOf } from './refStamps.ts';

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
  /**
   * What tells one state of a remote's branches from the next, and of what decides where it is; undefined where
   * nothing does: it must be asked each time.
   */
  tipsState(place: RepositoryPlace, remote: string): string | undefined;
  /** What a remote said to a question in this state. */
  recallTips(place: RepositoryPlace, state: string, question: string): KeptTips | undefined;
  keepTips(place: RepositoryPlace, state: string, answer: KeptTips): Promise<void>;
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

/** What a remote said of its branches. */
export interface KeptTips {
  readonly question: string;
  readonly defaultBranch: string;
  readonly tips: readonly (readonly [branch: string, id: ObjectId])[];
}

/** A view's signs tell whether the rest is worth reading. */
export type ViewPart = 'signs' | 'lists';

interface Kept extends Omit<Checkout, 'configuration'> {
  readonly version: 4;
  readonly situation: string;
  /** Every file that may hold configuration, with its stamp; '' where there is none. */
  readonly files: readonly (readonly [path: string, stamp: string])[];
}

const checkoutRecord = 'git/checkout';
const tipsRecord = 'git/tips';
const listingRecord = 'git/listing';
const viewRecord = (part: ViewPart): string => `git/view-${part}`;

/** Of one state; each environment asks for branches of its own. */
const keptAnswers = 20;

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

  function recallCheckout(folder: string): Checkout | undefined {
    const top = isFit ? findTop(resolve(folder)) : undefined;
    const kept = top === undefined ? undefined : parseKept(read(join(top, '.git'), checkoutRecord));
    if (kept?.top !== top || kept?.situation !== situation()) return undefined;
    if (!kept.files.every(([path, stamp]) => stampOf(path) === stamp)) return undefined;
    return { ...kept, configuration: JSON.stringify([kept.situation, kept.files]) };
  }

  return {
    recallCheckout,
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
      const kept: Kept = { version: 4, situation: situation(), top, commonFolder, settings, files };
      await write(openRecords(commonFolder), checkoutRecord, JSON.stringify(kept));
    },
    indexStamp(place) {
      return (isPlain(place) && stampOf(join(place.commonFolder, 'index'))) || undefined;
    },
    refsStamp(place, below) {
      const { commonFolder } = place;
      if (!isPlain(place) || stampOf(join(commonFolder, 'reftable')) !== '') return undefined;
      return stampsOf(commonFolder, ['packed-refs', below], now())?.join('\n');
    },
    tipsState(place, remote) {
      const { settings, configuration } = (isPlain(place) && recallCheckout(place.top)) || {};
      const url = settings?.remotes.find(({ name }) => name === remote)?.url;
      const state = url === undefined || settings?.redirects ? undefined : folderRemoteState(url, now());
      return state && `${configuration}\n${url}\n${state}`;
    },
    recallTips: ({ commonFolder }, state, question) =>
      parseTips(read(commonFolder, tipsRecord), state).find((answer) => answer.question === question),
    async keepTips(place, state, answer) {
      const known = parseTips(read(place.commonFolder, tipsRecord), state);
      const answers = [answer, ...known].slice(0, keptAnswers);
      await write(
        openRecords(place.commonFolder),
        tipsRecord,
        JSON.stringify({ version: 1, state, answers }),
      );
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
    return value?.version === 4 ? (value as Kept) : undefined;
  } catch {
    return undefined;
  }
}

/** What was said in this state, the newest first. */
function parseTips(text: string | undefined, state: string): readonly KeptTips[] {
  if (text === undefined) return [];
  try {
    const value = JSON.parse(text) as {
      readonly version?: number;
      readonly state?: string;
      readonly answers?: readonly KeptTips[];
    } | null;
    return value?.version === 1 && value.state === state ? (value.answers ?? []) : [];
  } catch {
    return [];
  }
}
