import type { Remote } from '../../engine/ports/repositories.ts';
import type { Git } from './git.ts';
import { withoutCredentials } from './gitFailure.ts';

/** What a repository's whole configuration says that decides how it is read, reached and committed to. */
export interface ReadSettings {
  /** Names of content filters, as `filter.<name>.clean` configures them. */
  readonly filters: readonly string[];
  readonly sparse: boolean;
  /** In the order of the configuration. */
  readonly remotes: readonly Remote[];
  /** Whether more than a remote's URL decides where it is or what answers there, e.g. `url.<base>.insteadOf`. */
  readonly redirects: boolean;
  /** Files with rules on what to ignore and how, that configuration names instead of the usual ones. */
  readonly ruleFiles: Readonly<Partial<Record<'excludes' | 'attributes', string>>>;
  /** Whether commits are signed. */
  readonly signs: boolean;
  /** Whether a `commit-msg` hook stands in the configuration (git 2.54). */
  readonly hooked: boolean;
  /** Whether hooks are elsewhere than in the repository. */
  readonly hooksMoved: boolean;
  /** When reading began, milliseconds since the epoch. */
  readonly readAt: number;
  /** Absolute paths of files outside the repository that something was read from; undefined where one includes others. */
  readonly origins: readonly string[] | undefined;
}

export async function readSettings(git: Git, signal: AbortSignal): Promise<ReadSettings> {
  const readAt = Date.now();
  const args = ['config', '-z', '--show-origin', '--list'] as const;
  const { stdout } = await git.run({ reach: 'local', args }, signal);
  const filters = new Set<string>();
  const remotes = new Map<string, Remote>();
  const origins = new Set<string>();
  const ruleFiles: Partial<Record<'excludes' | 'attributes', string>> = {};
  let sparse = false;
  let includes = false;
  let redirects = false;
  let signs = false;
  let hooked = false;
  let hooksPaths = 0;
  const words = stdout.toString().split('\0');
  for (let at = 0; at + 1 < words.length; at += 2) {
    const [origin = '', entry = ''] = [words[at], words[at + 1]];
    const [key = '', value] = entry.split('\n');
    if (origin.startsWith('file:/')) origins.add(origin.slice('file:'.length));
    if (/^include(?:if)?\./.test(key)) includes = true;
    if (key === 'core.sparsecheckout') sparse = isTrue(value);
    if (key === 'core.excludesfile') ruleFiles.excludes = value ?? '';
    if (key === 'core.attributesfile') ruleFiles.attributes = value ?? '';
    if (key === 'commit.gpgsign') signs = isTrue(value);
    if (key === 'core.hookspath') hooksPaths += 1;
    if (/^hook\..+\.event$/.test(key) && value === 'commit-msg') hooked = true;
    if (/^url\.|^remote\..+\.(?:uploadpack|vcs)$/.test(key)) redirects = true;
    const remote = /^remote\.(.+)\.url$/.exec(key)?.[1];
    // A second URL of a remote is one more to push to.
    // An empty one takes back those before it.
    if (remote !== undefined && !value) redirects = true;
    if (remote !== undefined && !remotes.has(remote))
      remotes.set(remote, { name: remote, url: withoutCredentials(value ?? '') });
    const name = /^filter\.(.+)\.[^.]+$/.exec(key)?.[1];
    if (name !== undefined) filters.add(name);
  }
  return {
    filters: [...filters],
    sparse,
    remotes: [...remotes.values()],
    redirects,
    ruleFiles,
    signs,
    hooked,
    // One is our own guard's.
    hooksMoved: hooksPaths > 1,
    readAt,
    origins: includes ? undefined : [...origins],
  };
}

/** Configuration that switches content filters off: no command, and none required. */
export function filtersOff(filters: readonly string[]): readonly (readonly [key: string, value: string])[] {
  return filters.flatMap((name) => [
    [`filter.${name}.clean`, ''] as const,
    [`filter.${name}.smudge`, ''] as const,
    [`filter.${name}.process`, ''] as const,
    [`filter.${name}.required`, 'false'] as const,
  ]);
}

/** Git's booleans; a key without a value is true. */
export function isTrue(value: string | undefined): boolean {
  return value === undefined || /^(?:true|yes|on|[+-]?0*[1-9]\d*)$/i.test(value);
}
