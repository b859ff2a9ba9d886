import type { ErrorCode } from '../../domain/errors/errorCatalogue.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';

/**
 * The one place where git's words decide, for what it tells by words alone. The words are those of LC_ALL=C,
 * gathered from git 2.31 to 2.47, curl and OpenSSH. The first rule that matches wins.
 */
const rules: readonly (readonly [code: ErrorCode, words: RegExp])[] = [
  ['git-locked', /Unable to create '(.+\.lock)': File exists/],
  ['git-locked', /could not lock config file (.+?): File exists/],
  ['branch-missing', /couldn't find remote ref /i],
  [
    'remote-denied',
    /Authentication failed|could not read (Username|Password)|Permission denied|requested URL returned error: 40[137]|Host key verification failed|access denied|not authorized|Invalid (username|credentials)|^(remote|ERROR): .*not found/im,
  ],
  [
    'remote-unreachable',
    /Could not resolve (host|proxy)|Failed to connect|Couldn't connect|Connection (refused|timed out|reset|closed)|Operation timed out|No route to host|Network is unreachable|unable to access|unable to look up|unable to connect|does not appear to be a git repository|repository '.*' not found|remote end hung up|early EOF|RPC failed|Could not read from remote repository|transport '.*' not allowed|unable to find remote helper/i,
  ],
];

/** What git's standard error, in the C locale, is about. */
export function codeOfWords(words: string): ErrorCode {
  return rules.find(([, pattern]) => pattern.test(words))?.[0] ?? 'git-failed';
}

/** A failed git command as an error; `fallback` stands where its words are not known. */
export function gitFailure(
  subcommand: string,
  words: string,
  fallback: ErrorCode = 'git-failed',
): TowlineError {
  const known = codeOfWords(words);
  const code = known === 'git-failed' ? fallback : known;
  const lock = code === 'git-locked' ? lockFileOf(words) : undefined;
  const said = quotable(words) || 'it said nothing';
  return new TowlineError(code, { why: lock ? `${lock}\n${said}` : `git ${subcommand}: ${said}` });
}

/** Path of the lock file that stood in git's way. */
export function lockFileOf(words: string): string | undefined {
  const made = /Unable to create '(.+\.lock)': File exists/.exec(words)?.[1];
  const config = /could not lock config file (.+?): File exists/.exec(words)?.[1];
  return made ?? (config && `${config}.lock`);
}

/** Git's words without credentials in addresses, its hints and its labels; at most 40 lines. */
export function quotable(words: string): string {
  const lines = withoutCredentials(words).split('\n');
  const kept = lines.filter((line) => line.trim() !== '' && !line.startsWith('hint:'));
  return kept
    .slice(-40)
    .map((line) => line.replace(/^(fatal|error): /, '').trimEnd())
    .join('\n');
}

/** Removes user names and passwords from every address in a text, but keeps the user of an ssh address. */
export function withoutCredentials(text: string): string {
  return text
    .replaceAll(/(\bssh:\/\/[^/\s:@]+):[^/\s@]*@/gi, '$1@')
    .replaceAll(/\b((?!ssh:)[a-z][a-z0-9+.-]*:\/\/)[^/\s]*@/gi, '$1');
}
