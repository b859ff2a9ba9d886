import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import type { KeptState, RepositoryPlace, WorkingState } from '../../engine/ports/repositories.ts';
import { isSettled, isUnchangedSince, ownStampOf, stampOf } from './fileStamp.ts';
import type { Git } from './git.ts';
import type { Checkout, GitMemory } from './gitMemory.ts';
import type { IndexListing } from './parseIndexListing.ts';
import type { Status } from './parseStatus.ts';

/** Paths looked at before the event loop gets a turn. */
const sliceSize = 500;

/** Where more has changed, everything is looked at again. */
const mostChanged = 100;

/** Where more have just been edited, nothing is kept. */
const mostUnsettled = 20;

/** In place of the stamp of a file that could change again unnoticed: it counts as changed each time. */
const unsettled = '?';

/** What stands for the stamp of a path where nothing is, and for the path of the top folder. */
const nothing = '-';
const topFolder = '.';

type Stamped = readonly (readonly [path: string, stamp: string])[];

/** What tells cheaply that a view of a checkout no longer holds. */
interface ViewSigns {
  readonly version: 1;
  /** Of the view, in both parts of it. */
  readonly name: string;
  readonly configuration: string;
  readonly index: string;
  readonly head: string;
  readonly branch?: string;
  /** Files outside the working tree: absolute paths. */
  readonly marks: Stamped;
  /**
   * Files that are looked at here: all where they are few, else those for which the index does not speak, as they were
   * touched since it was written, are untracked, or are ignored and have rules in them.
   */
  readonly loose: Stamped;
  /** What `git diff-files` names: where times, size, inode or owner are not those in the index. Not asked where files are few. */
  readonly touched?: readonly string[];
}

/** The rest of a view, as long as the checkout is large. */
interface ViewLists {
  readonly name: string;
  /** Every folder that Git does not ignore: path and stamp in turn. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
  readonly dirty: readonly string[];
}

type Top = RepositoryPlace & { readonly top: string };

/** What asking git for the state of the working tree needs. */
export interface ViewQuestions {
  /** What `git status` says, with what is ignored. */
  status(): Promise<Status>;
  /** The same of these paths alone, without what is ignored. */
  statusOf(paths: readonly string[]): Promise<Status>;
  /** Tracked files that are not as the index has them, by their status alone. */
  touched(): Promise<readonly string[]>;
}

/**
 * The view that was kept last, if nothing can have changed since but the content or bits of a few files. All that makes
 * up a view is compared: git's configuration, HEAD, the index, the rules on what to ignore, every folder that is not
 * ignored, and every file. Where they are many, tracked files are compared by git (`diff-files`), which does it in a
 * tenth of the time that Node needs: an index that was written two seconds before the view was taken holds no younger
 * times, so a file changed since has others.
 */
export async function recallView(
  place: Top,
  { memory, configuration }: { readonly memory: GitMemory; readonly configuration: string },
  questions: Pick<ViewQuestions, 'touched' | 'statusOf'>,
  signal: AbortSignal,
): Promise<WorkingState | undefined> {
  const readAt = memory.now();
  const { top } = place;
  const signs = parseSigns(memory.readView(place, 'signs'));
  if (signs?.configuration !== configuration || signs.index !== memory.indexStamp(place)) return undefined;
  if (!signs.marks.every(([path, stamp]) => (stampOf(path) || nothing) === stamp)) return undefined;
  const changed = new Set(await findChanged(top, signs.loose.flat(), mostChanged, signal));
  const asking = signs.touched && questions.touched();
  // Met again below, unless a folder has changed before.
  asking?.catch(() => undefined);
  const lists = parseLists(memory.readView(place, 'lists'));
  if (lists?.name !== signs.name) return undefined;
  const [newFolder] = await findChanged(top, lists.folders, 0, signal);
  if (newFolder !== undefined) return undefined;
  for (const path of difference((await asking) ?? [], signs.touched ?? [])) changed.add(path);
  const dirty = await dirtyAfter([...changed], lists, signs, questions);
  if (!dirty) return undefined;
  const { files } = lists;
  const { head, branch, name } = signs;
  return { head, branch, files, dirty, submodules: [], readAt, same: name, changed: [...changed].sort() };
}

/** What is dirty now that some files have changed; undefined where more may have changed with them. */
async function dirtyAfter(
  changed: readonly string[],
  { dirty }: ViewLists,
  { head, branch }: ViewSigns,
  questions: Pick<ViewQuestions, 'statusOf'>,
): Promise<readonly string[] | undefined> {
  if (changed.length === 0) return dirty;
  // Rules on what is ignored, and on submodules.
  if (changed.length > mostChanged || changed.some((path) => basename(path).startsWith('.git')))
    return undefined;
  const status = await questions.statusOf(changed);
  const isOfContent = status.deleted.size === 0 && status.embedded.length === 0;
  if (!isOfContent || status.head !== head || status.branch !== branch) return undefined;
  const others = new Set(dirty);
  for (const path of changed) others.delete(path);
  return [...new Set([...others, ...status.changed, ...status.untracked])].sort();
}

/** What is in one of them alone. */
function difference(one: readonly string[], other: readonly string[]): readonly string[] {
  const [first, second] = [new Set(one), new Set(other)];
  return [...one.filter((path) => !second.has(path)), ...other.filter((path) => !first.has(path))];
}

/** Keeps a view; undefined where nobody could tell later that it holds, or where something is not older than it. */
export async function keepView(
  place: Top,
  {
    environment,
    memory,
    checkout,
  }: Pick<Git, 'environment'> & { readonly memory: GitMemory; readonly checkout: Checkout },
  state: WorkingState,
  questions: ViewQuestions,
  signal: AbortSignal,
): Promise<KeptState | undefined> {
  const { head, branch, readAt } = state;
  const index = memory.indexStamp(place);
  const listing = index === undefined ? undefined : memory.recallListing(place, index);
  if (!listing || index === undefined || head === undefined || !isSettled(index, readAt)) return undefined;
  // Nothing that is asked here looks into a submodule, or at a file that Git was told not to look at.
  if ([listing.skipped, listing.assumed, state.submodules].some((some) => some.length > 0)) return undefined;
  const marked = markedFiles(place, environment, checkout, { head, branch });
  const marks = marked?.map((path) => [path, stampOf(path) ?? ''] as const);
  if (!marks?.every(([, stamp]) => stamp === '' || isSettled(stamp, readAt))) return undefined;

  // Seen before git is asked anything.
  if (!stampAll(place.top, state.dirty, readAt, mostUnsettled)) return undefined;
  const isFew = state.files.length <= memory.fewFiles;
  const [status, touched] = await Promise.all([questions.status(), isFew ? undefined : questions.touched()]);
  if (!describesSame(status, listing, state)) return undefined;
  const rules = status.ignored.filter((path) => /^\.git(?:ignore|attributes)$/.test(basename(path)));
  const others = touched ?? listing.files;
  const loose = stampAll(place.top, [...others, ...status.untracked, ...rules], readAt, mostUnsettled);
  const folders = loose && (await stampFolders(place.top, status.ignored, readAt, signal));
  if (!loose || !folders) return undefined;

  const name = randomUUID();
  const signs: ViewSigns = {
    version: 1,
    name,
    configuration: checkout.configuration,
    index,
    head,
    ...(branch === undefined ? {} : { branch }),
    marks: marks.map(([path, stamp]) => [path, stamp || nothing]),
    loose,
    ...(touched ? { touched } : {}),
  };
  const { files, dirty } = state;
  await memory.writeView(place, 'lists', printLists({ name, folders: folders.flat(), files, dirty }));
  await memory.writeView(place, 'signs', JSON.stringify(signs));
  return { name, folders: new Set(folders.map(([path]) => (path === topFolder ? '' : path))) };
}

/** Files outside the working tree that decide what `git status` says of it; undefined where they cannot be told. */
function markedFiles(
  { commonFolder }: Top,
  { HOME = '', XDG_CONFIG_HOME }: Readonly<Record<string, string>>,
  { settings: { ruleFiles } }: Checkout,
  { head, branch }: { readonly head: string; readonly branch: string | undefined },
): readonly string[] | undefined {
  const own = join(XDG_CONFIG_HOME || join(HOME, '.config'), 'git');
  const rules = [ruleFiles.excludes ?? join(own, 'ignore'), ruleFiles.attributes ?? join(own, 'attributes')];
  const named = rules.map((path) => path.replace(/^~(?=\/)/, HOME));
  const heads = headFiles(commonFolder, head, branch);
  if (!heads || !named.every(isAbsolute)) return undefined;
  const inside = ['info/exclude', 'info/attributes'].map((path) => join(commonFolder, path));
  return [...heads, ...inside, ...named, '/etc/gitattributes'];
}

/** The files that say where HEAD is, when they say that it is there. */
function headFiles(
  commonFolder: string,
  head: string,
  branch: string | undefined,
): readonly string[] | undefined {
  const [headFile, packedFile] = [join(commonFolder, 'HEAD'), join(commonFolder, 'packed-refs')];
  if (branch === undefined) return readText(headFile) === `${head}\n` ? [headFile] : undefined;
  const ref = `refs/heads/${branch}`;
  if (readText(headFile) !== `ref: ${ref}\n`) return undefined;
  const files = [headFile, join(commonFolder, ref), packedFile];
  const loose = readText(join(commonFolder, ref));
  if (loose !== undefined) return loose === `${head}\n` ? files : undefined;
  return `\n${readText(packedFile) ?? ''}`.includes(`\n${head} ${ref}\n`) ? files : undefined;
}

/** Whether git says again what the state was made of. */
function describesSame(status: Status, { files }: IndexListing, state: WorkingState): boolean {
  const { head, branch, deleted, untracked, changed, embedded } = status;
  const there = new Set([...files.filter((path) => !deleted.has(path)), ...untracked]);
  const dirty = new Set([...changed, ...untracked, ...embedded]);
  return (
    head === state.head && branch === state.branch && isSame(there, state.files) && isSame(dirty, state.dirty)
  );
}

function isSame(one: ReadonlySet<string>, other: readonly string[]): boolean {
  return one.size === other.length && other.every((path) => one.has(path));
}

/** Every folder below the top that Git does not ignore; undefined where one is not older than a time. */
async function stampFolders(
  top: string,
  ignored: readonly string[],
  before: number,
  signal: AbortSignal,
): Promise<Stamped | undefined> {
  const left = new Set(ignored.filter((path) => path.endsWith('/')).map((path) => path.slice(0, -1)));
  const found: string[] = [];
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    found.push(folder === '' ? topFolder : folder);
    for (const entry of readdirSync(join(top, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== '.git' && !left.has(path)) waiting.push(path);
    }
    if (found.length % sliceSize === 0) await takeTurn(signal);
  }
  return stampAll(top, found, before, 0);
}

/** Undefined where more than so many were changed since a time, or shortly before. */
function stampAll(
  top: string,
  paths: readonly string[],
  before: number,
  mostYoung: number,
): Stamped | undefined {
  const stamped: (readonly [string, string])[] = [];
  let young = 0;
  for (const path of new Set(paths)) {
    const stamp = ownStampOf(join(top, path));
    const isYoung = stamp !== undefined && !isUnchangedSince(stamp, before);
    if (isYoung) young += 1;
    if (young > mostYoung) return undefined;
    stamped.push([path, isYoung ? unsettled : (stamp?.text ?? nothing)]);
  }
  return stamped;
}

/**
 * Paths that no longer have their stamp, up to one more than `most`.
 * @param stamped path and stamp in turn
 */
async function findChanged(
  top: string,
  stamped: readonly string[],
  most: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const changed: string[] = [];
  for (let at = 0; at < stamped.length && changed.length <= most; at += 2) {
    const path = stamped[at] ?? '';
    if ((ownStampOf(`${top}/${path}`)?.text ?? nothing) !== stamped[at + 1]) changed.push(path);
    if (at % (2 * sliceSize) === 2 * sliceSize - 2) await takeTurn(signal);
  }
  return changed;
}

async function takeTurn(signal: AbortSignal): Promise<void> {
  await new Promise(setImmediate);
  signal.throwIfAborted();
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parseSigns(text: string | undefined): ViewSigns | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<ViewSigns> | null;
    return value?.version === 1 ? (value as ViewSigns) : undefined;
  } catch {
    return undefined;
  }
}

/** Lists of paths, which hold everything but NUL. */
function printLists({ name, folders, files, dirty }: ViewLists): string {
  return [name, ...[folders, files, dirty].map((list) => list.join('\0'))].join('\0\0');
}

function parseLists(text: string | undefined): ViewLists | undefined {
  const [name, ...lists] = text?.split('\0\0') ?? [];
  if (name === undefined || lists.length !== 3) return undefined;
  const [folders = [], files = [], dirty = []] = lists.map((list) => (list === '' ? [] : list.split('\0')));
  return { name, folders, files, dirty };
}
