import { commands, type Disposable, EventEmitter, Uri, workspace } from 'vscode';
import { schemes } from '../ids.ts';

export interface ChangedText {
  /** POSIX path in its repository. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** Manifests before and after a proposal, as read-only documents in the editor's own diff. */
export interface ProposalDocuments extends Disposable {
  /** Opens the diff of one file, or all files in one editor. The id tells one proposal from another. */
  show(id: string, title: string, files: readonly ChangedText[]): Promise<void>;
}

type Side = 'before' | 'after';

export function createProposalDocuments(): ProposalDocuments {
  const texts = new Map<string, string>();
  const changed = new EventEmitter<Uri>();
  const provider = workspace.registerTextDocumentContentProvider(schemes.proposal, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) =>
      texts.get(uri.toString()) ?? '# Not kept over a reload: show it again.\n',
  });
  const closing = workspace.onDidCloseTextDocument(({ uri }) => {
    if (uri.scheme === schemes.proposal) texts.delete(uri.toString());
  });

  function make(id: string, side: Side, { path, [side]: text }: ChangedText): Uri {
    // The path comes last, so that the editor knows the language by its name.
    const uri = Uri.from({ scheme: schemes.proposal, path: `/${path}`, query: `${id}&${side}` });
    const key = uri.toString();
    const isOther = texts.has(key) && texts.get(key) !== text;
    texts.set(key, text);
    // One that is still open keeps what it has until it is told.
    if (isOther) changed.fire(uri);
    return uri;
  }

  return {
    async show(id, title, files) {
      const [first, ...others] = files;
      if (first === undefined) return;
      if (others.length === 0) {
        const sides = [make(id, 'before', first), make(id, 'after', first)];
        await commands.executeCommand('vscode.diff', ...sides, title, { preview: false });
        return;
      }
      const changes = files.map((file) => {
        const before = make(id, 'before', file);
        return [before, before, make(id, 'after', file)];
      });
      await commands.executeCommand('vscode.changes', title, changes);
    },
    dispose() {
      provider.dispose();
      changed.dispose();
      closing.dispose();
      texts.clear();
    },
  };
}
