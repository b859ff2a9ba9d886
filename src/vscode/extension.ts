import type { ExtensionContext } from 'vscode';
import { composeExtension, type Extension } from './composeExtension.ts';

/** The editor keeps nothing for us between the two calls. */
const active: { extension?: Extension } = {};

/** Called once, when something Towline contributes is first used. */
export function activate(context: ExtensionContext): void {
  active.extension = composeExtension(context);
}

/** Called before the window goes; it waits for the promise, though not for ever. */
export async function deactivate(): Promise<void> {
  await active.extension?.stop();
}
