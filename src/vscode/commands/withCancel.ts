import { ProgressLocation, window } from 'vscode';
import { visibleText } from '../../domain/text/visibleText.ts';

/**
 * Work that is shown as going on and that the user may cancel; `onProgress` takes a line of what it is doing. Rejects as
 * the work does, with an AbortError that names the title once it is cancelled.
 */
export function withCancel<T>(
  title: string,
  work: (signal: AbortSignal, onProgress: (line: string) => void) => Promise<T>,
): Thenable<T> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title: visibleText(title), cancellable: true },
    (progress, token) => {
      const ending = new AbortController();
      token.onCancellationRequested(() =>
        ending.abort(new DOMException(`${title} was cancelled`, 'AbortError')),
      );
      return work(ending.signal, (line) => progress.report({ message: visibleText(line) }));
    },
  );
}
