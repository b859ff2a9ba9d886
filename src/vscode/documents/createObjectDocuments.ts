import { type Disposable, EventEmitter, Range, Uri, window, workspace } from 'vscode';
import type { SourcePosition } from '../../domain/errors/problem.ts';
import { failureOf } from '../../domain/errors/towlineError.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import { schemes } from '../ids.ts';

/** What a cluster says of an object, as read-only text. */
export interface ObjectDocuments extends Disposable {
  /**
   * Shows what `read` gives; asked again when it is shown again under the same path. The path is for people, and its
   * ending names the language.
   */
  show(
    path: readonly string[],
    read: () => Promise<string>,
    at?: Pick<SourcePosition, 'line'>,
  ): Promise<void>;
}

export function createObjectDocuments(): ObjectDocuments {
  const readers = new Map<string, () => Promise<string>>();
  const changed = new EventEmitter<Uri>();
  const provider = workspace.registerTextDocumentContentProvider(schemes.object, {
    onDidChange: changed.event,
    async provideTextDocumentContent(uri) {
      const read = readers.get(uri.toString());
      if (!read) return '# Not kept over a reload: show it again from the Clusters view.\n';
      try {
        return visibleText(await read());
      } catch (error) {
        const { what, why, next } = failureOf(error);
        return visibleText([what, ...why.split('\n'), next].map((line) => `# ${line}\n`).join(''));
      }
    },
  });
  const closing = workspace.onDidCloseTextDocument(({ uri }) => {
    if (uri.scheme === schemes.object) readers.delete(uri.toString());
  });

  return {
    async show(path, read, at) {
      const written = path.map((part) => part.replaceAll('/', '∕')).join('/');
      const uri = Uri.from({ scheme: schemes.object, path: `/${written}` });
      const isOpen = workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());
      readers.set(uri.toString(), read);
      if (isOpen) changed.fire(uri);
      const document = await workspace.openTextDocument(uri);
      const selection = at && new Range(at.line - 1, 0, at.line - 1, 0);
      await window.showTextDocument(document, { preview: true, ...(selection ? { selection } : {}) });
    },
    dispose() {
      for (const each of [provider, closing, changed]) each.dispose();
      readers.clear();
    },
  };
}
