import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, type Say } from './debianPackages.ts';
import type { DemoShop } from './demoShop.ts';
import { ensureServer } from './editorInstall.ts';
import { startEditorServer } from './editorServer.ts';
import { execute } from './execute.ts';

/**
 * Opens the demo's copy with Towline in it: in the user's own VS Code where the command `code` starts one, else
 * in one that is served on the loopback until Ctrl+C.
 *
 * @param extension folder with Towline's package.json and its bundle
 */
export async function openInEditor(
  { folder, repository }: DemoShop,
  extension: string,
  say: Say,
): Promise<number> {
  if (await openOwnEditor(repository, extension, say)) return 0;
  const server = await ensureServer(say).catch((error: unknown) => {
    throw new Error(
      `There is no command \`code\` here that starts VS Code. ${error instanceof Error ? error.message : error}\n` +
        'In VS Code, run "Shell Command: Install \'code\' command in PATH" from the palette, then try again.',
    );
  });
  const state = join(folder, 'editor');
  await mkdir(state, { recursive: true });
  const password = randomBytes(9).toString('base64url');
  const running = await startEditorServer(server, {
    environment: definedOf(process.env),
    extensions: [extension],
    folder: state,
    password,
    trust: true,
  });
  console.log(
    [
      '',
      `  open      ${running.origin}/?${new URLSearchParams({ folder: repository })}`,
      `  password  ${password}`,
      '',
      'Click Towline in the bar on the left, trust the folder there, then press ▶ (Build and Deploy) beside a service.',
      'Ctrl+C ends it.',
    ].join('\n'),
  );
  await interrupted();
  await running.stop();
  return 0;
}

/** Whether there was one; a `code` that fails, as it does for root, counts as none. */
async function openOwnEditor(repository: string, extension: string, say: Say): Promise<boolean> {
  if ((await findProgram('code')) === undefined) return false;
  const { code } = await execute('code', [
    '--new-window',
    `--extensionDevelopmentPath=${extension}`,
    repository,
  ]);
  if (code !== 0) return false;
  say(`Opened ${repository} in VS Code. Click Towline in the bar on the left.`);
  return true;
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

function definedOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
