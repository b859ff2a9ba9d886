import type { Remote } from '../../engine/ports/repositories.ts';
import type { Git } from './git.ts';
import { withoutCredentials } from './gitFailure.ts';

/** What a repository's whole configuration says that decides how it is read and reached. */
export interface ReadSettings {
  /** Names of content filters, as `filter.<name>.clean` configures them. */
  readonly filters: readonly string[];
  readonly sparse: boolean;
  /** In the order of the configuration. */
  readonly remotes: readonly Remote[];
  /** Milliseconds of `performance.now()` when it was read. */
  readonly readAt: number;
}

const wanted = String.raw`^filter\.|^core\.sparsecheckout$|^remote\..*\.url$`;

export async function readSettings(git: Git, signal: AbortSignal): Promise<ReadSettings> {
  const readAt = performance.now();
  const args = ['config', '-z', '--get-regexp', wanted] as const;
  // Exit code 1: nothing matches.
  const { stdout } = await git.run({ reach: 'local', args, answers: [0, 1] }, signal);
  const filters = new Set<string>();
  const remotes = new Map<string, Remote>();
  let sparse = false;
  for (const entry of stdout.toString().split('\0')) {
    const [key = '', value] = entry.split('\n');
    if (key === 'core.sparsecheckout') sparse = isTrue(value);
    const remote = /^remote\.(.+)\.url$/.exec(key)?.[1];
    // A second URL of a remote is one more to push to.
    if (remote !== undefined && !remotes.has(remote))
      remotes.set(remote, { name: remote, url: withoutCredentials(value ?? '') });
    const name = /^filter\.(.+)\.[^.]+$/.exec(key)?.[1];
    if (name !== undefined) filters.add(name);
  }
  return { filters: [...filters], sparse, remotes: [...remotes.values()], readAt };
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
