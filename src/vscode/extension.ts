import type { ExtensionContext } from 'vscode';

/** Called once, when something Towline contributes is first used. */
export function activate(_context: ExtensionContext): void {}
