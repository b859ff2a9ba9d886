import { CancellationTokenSource, window } from 'vscode';
import { visibleText } from '../../domain/text/visibleText.ts';

/** Asks for what git or ssh want: a name, a secret, or whether a host is the right one. */
export async function askInWindow(prompt: string, signal: AbortSignal): Promise<string | undefined> {
  const text = visibleText(prompt).trim();
  if (/\(yes\/no/i.test(text)) {
    const answer = await window.showWarningMessage(
      'Is this the right host?',
      { modal: true, detail: text },
      'Yes',
    );
    return answer === 'Yes' ? 'yes' : 'no';
  }
  const cancelling = new CancellationTokenSource();
  const stop = (): void => cancelling.cancel();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await window.showInputBox(
      {
        title: 'Towline: Git asks',
        prompt: text,
        // Only names are shown; whatever else is asked for is taken for a secret.
        password: !/^username/i.test(text),
        ignoreFocusOut: true,
      },
      cancelling.token,
    );
  } finally {
    signal.removeEventListener('abort', stop);
    cancelling.dispose();
  }
}
