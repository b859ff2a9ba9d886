import { window } from 'vscode';

/** Puts a command into a terminal for the user to send: what it asks for stays between the two of them. */
export function createTerminalCommand(...words: readonly string[]): void {
  const terminal = window.createTerminal({ name: 'Towline' });
  terminal.show();
  terminal.sendText(words.filter((word) => /^[\w.:/@-]+$/.test(word)).join(' '), false);
}
