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
  type Uri,
  window,
  workspace,
} from 'vscode';

/** Text that may become longer. */
export interface GrowingText {
  /** UTF-8 bytes. */
  readonly size: number;
  bytes(): Uint8Array;
}

/**
 * Read-only files that grow: the editor asks for bytes, which spares the extension host a copy of the text and a
 * comparison of all lines each time some are added.
 */
export interface GrowingFiles extends Disposable {
  /** Opens a file at its end. */
  show(uri: Uri): Promise<void>;
  /** More is to be read of a file. */
  grown(uri: Uri): void;
}

export interface GrowingFilesOptions {
  readonly scheme: string;
  readonly now: () => number;
  /** Called for each file once until it is closed; undefined where there is none. */
  open(uri: Uri): Promise<GrowingText | undefined>;
  closed(uri: Uri): void;
}

interface OpenFile {
  readonly text: GrowingText;
  changedAt: number;
}

export function createGrowingFiles({ scheme, now, open, closed }: GrowingFilesOptions): GrowingFiles {
  const files = new Map<string, Promise<OpenFile>>();
  const changed = new EventEmitter<FileChangeEvent[]>();

  /** One that the window had open before it was reloaded is known by its address. */
  function find(uri: Uri): Promise<OpenFile> {
    const key = uri.toString();
    const known = files.get(key);
    if (known) return known;
    const opening = open(uri).then((text) => {
      if (!text) throw FileSystemError.FileNotFound(uri);
      return { text, changedAt: now() };
    });
    files.set(key, opening);
    opening.catch(() => files.delete(key));
    return opening;
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
  const registered = workspace.registerFileSystemProvider(scheme, provider, {
    isReadonly: true,
    isCaseSensitive: true,
  });
  const following = followEnds(scheme);
  const closing = workspace.onDidCloseTextDocument(({ uri }) => {
    if (uri.scheme === scheme && files.delete(uri.toString())) closed(uri);
  });

  return {
    async show(uri) {
      await find(uri);
      const document = await workspace.openTextDocument(uri);
      if (document.languageId !== 'log')
        await languages.setTextDocumentLanguage(document, 'log').then(undefined, () => undefined);
      showEnd(await window.showTextDocument(document, { preview: true }));
    },
    grown(uri) {
      files
        .get(uri.toString())
        ?.then((file) => {
          file.changedAt = now();
          changed.fire([{ type: FileChangeType.Changed, uri }]);
        })
        .catch(() => undefined);
    },
    dispose() {
      files.clear();
      for (const each of [registered, following, closing, changed]) each.dispose();
    },
  };
}

/** Keeps the end of a file in sight as long as the reader has not scrolled away from it. */
function followEnds(scheme: string): Disposable {
  const atEnd = new WeakMap<TextEditor, boolean>();
  const scrolled = window.onDidChangeTextEditorVisibleRanges(({ textEditor, visibleRanges }) => {
    if (textEditor.document.uri.scheme !== scheme) return;
    const last = visibleRanges.at(-1)?.end.line ?? 0;
    atEnd.set(textEditor, last >= textEditor.document.lineCount - 2);
  });
  const grown = workspace.onDidChangeTextDocument(({ document }) => {
    if (document.uri.scheme !== scheme) return;
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
