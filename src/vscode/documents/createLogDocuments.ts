import {
  type Disposable,
  EventEmitter,
  type FileChangeEvent,
  FileChangeType,
  FilePermission,
  FileSystemError,
  type FileSystemProvider,
  FileType,
  languages,
  Range,
  type TextEditor,
  TextEditorRevealType,
  Uri,
  window,
  workspace,
} from 'vscode';
import { type StepName, stepNames } from '../../domain/runs/stepName.ts';
import { schemes } from '../ids.ts';
import { createLogText, type LogText } from './logText.ts';

/** Milliseconds between two looks at a log that grows. */
const readPause = 250;

export interface LogPlace {
  /** Key of the repository. */
  readonly repository: string;
  /** Folder name of the repository, for people. */
  readonly name: string;
  readonly run: number;
  readonly service: string;
  readonly step: StepName;
}

export type ReadLog = (
  place: LogPlace,
  offset: number,
) => Promise<{ readonly text: string; readonly size: number } | undefined>;

/**
 * Steps' outputs as read-only files: the editor asks for bytes, which spares the extension host a copy of the
 * text and a comparison of all lines each time some are added.
 */
export interface LogDocuments extends Disposable {
  open(place: LogPlace): Promise<void>;
  /** Some logs of a run may have grown. */
  moved(repository: string, run: number): void;
}

interface OpenLog {
  readonly place: LogPlace;
  readonly uri: Uri;
  readonly text: LogText;
  timer: NodeJS.Timeout | undefined;
  changedAt: number;
}

export function createLogDocuments(read: ReadLog, now: () => number): LogDocuments {
  const logs = new Map<string, OpenLog>();
  const changed = new EventEmitter<FileChangeEvent[]>();

  /** One that the window had open before it was reloaded is known by its address. */
  async function find(uri: Uri): Promise<OpenLog> {
    const known = logs.get(uri.toString());
    if (known) return known;
    const place = readPlace(uri);
    if (!place) throw FileSystemError.FileNotFound(uri);
    const log = { place, uri, text: createLogText(), timer: undefined, changedAt: now() };
    logs.set(uri.toString(), log);
    await grow(log);
    return log;
  }

  async function grow(log: OpenLog): Promise<boolean> {
    const grown = await log.text.append((offset) => read(log.place, offset));
    if (grown) log.changedAt = now();
    return grown;
  }

  function look(log: OpenLog): void {
    log.timer ??= setTimeout(() => {
      grow(log)
        .then((grown) => {
          if (grown) changed.fire([{ type: FileChangeType.Changed, uri: log.uri }]);
        })
        .catch(() => undefined)
        .finally(() => {
          log.timer = undefined;
        });
    }, readPause);
  }

  const provider: FileSystemProvider = {
    onDidChangeFile: changed.event,
    watch: () => ({ dispose: () => undefined }),
    async stat(uri) {
      const { text, changedAt } = await find(uri);
      return {
        type: FileType.File,
        ctime: 0,
        mtime: changedAt,
        size: text.size,
        permissions: FilePermission.Readonly,
      };
    },
    readFile: async (uri) => (await find(uri)).text.bytes(),
    readDirectory: () => [],
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  };
  const registered = workspace.registerFileSystemProvider(schemes.log, provider, {
    isReadonly: true,
    isCaseSensitive: true,
  });
  const following = followEnds();
  const closing = workspace.onDidCloseTextDocument(({ uri }) => {
    const log = uri.scheme === schemes.log ? logs.get(uri.toString()) : undefined;
    if (!log) return;
    clearTimeout(log.timer);
    logs.delete(uri.toString());
  });

  return {
    async open(place) {
      const uri = addressOf(place);
      await find(uri);
      const document = await workspace.openTextDocument(uri);
      if (document.languageId !== 'log')
        await languages.setTextDocumentLanguage(document, 'log').then(undefined, () => undefined);
      const editor = await window.showTextDocument(document, { preview: true });
      showEnd(editor);
    },
    moved(repository, run) {
      for (const log of logs.values())
        if (log.place.repository === repository && log.place.run === run) look(log);
    },
    dispose() {
      for (const { timer } of logs.values()) clearTimeout(timer);
      logs.clear();
      for (const each of [registered, following, closing, changed]) each.dispose();
    },
  };
}

function addressOf(place: LogPlace): Uri {
  const { name, run, service, step } = place;
  const path = `/${name}/run ${run} ${service.replaceAll('/', '∕')} ${step}.log`;
  return Uri.from({ scheme: schemes.log, path, query: JSON.stringify(place) });
}

function readPlace({ query }: Uri): LogPlace | undefined {
  try {
    const { repository, name, run, service, step } = JSON.parse(query) as Partial<LogPlace>;
    const known = stepNames.find((each) => each === step);
    if (typeof repository !== 'string' || typeof name !== 'string' || typeof service !== 'string')
      return undefined;
    if (typeof run !== 'number' || known === undefined) return undefined;
    return { repository, name, run, service, step: known };
  } catch {
    return undefined;
  }
}

/** Keeps the end of a log in sight as long as the reader has not scrolled away from it. */
function followEnds(): Disposable {
  const atEnd = new WeakMap<TextEditor, boolean>();
  const scrolled = window.onDidChangeTextEditorVisibleRanges(({ textEditor, visibleRanges }) => {
    if (textEditor.document.uri.scheme !== schemes.log) return;
    const last = visibleRanges.at(-1)?.end.line ?? 0;
    atEnd.set(textEditor, last >= textEditor.document.lineCount - 2);
  });
  const grown = workspace.onDidChangeTextDocument(({ document }) => {
    if (document.uri.scheme !== schemes.log) return;
    for (const editor of window.visibleTextEditors)
      if (editor.document === document && atEnd.get(editor) !== false) showEnd(editor);
  });
  return {
    dispose() {
      scrolled.dispose();
      grown.dispose();
    },
  };
}

function showEnd(editor: TextEditor): void {
  const line = Math.max(0, editor.document.lineCount - 1);
  editor.revealRange(new Range(line, 0, line, 0), TextEditorRevealType.Default);
}

function refuse(uri: Uri): never {
  throw FileSystemError.NoPermissions(uri);
}
