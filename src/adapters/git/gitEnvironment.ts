/** Variables that would point git at another repository or change how it reads paths and contents. */
const misleading = new Set([
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_ATTR_SOURCE',
  'GIT_COMMON_DIR',
  'GIT_CONFIG',
  'GIT_DEFAULT_HASH',
  'GIT_DIFF_OPTS',
  'GIT_DIR',
  'GIT_EXTERNAL_DIFF',
  'GIT_GLOB_PATHSPECS',
  'GIT_GRAFT_FILE',
  'GIT_ICASE_PATHSPECS',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_INDEX_VERSION',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_LITERAL_PATHSPECS',
  'GIT_NAMESPACE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_QUARANTINE_PATH',
  'GIT_REFLOG_ACTION',
  'GIT_REPLACE_REF_BASE',
  'GIT_SHALLOW_FILE',
  'GIT_TEMPLATE_DIR',
  'GIT_WORK_TREE',
]);

/**
 * How far a git command may reach. `local`: nothing is started and no network is used, whatever the
 * repository's configuration says. `helpers`: the user's ssh, credential helpers, proxies and signing work, hooks do
 * not run. `user`: everything runs as the user set it up.
 */
export type Reach = 'local' | 'helpers' | 'user';

/** The environment that git inherits, freed of what a surrounding git (a hook, an alias) has set. */
export function cleanEnvironment(
  inherited: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) {
    if (value !== undefined && !misleading.has(name.toUpperCase())) environment[name] = value;
  }
  // LANGUAGE wins over LC_ALL in some C libraries.
  return { ...environment, LC_ALL: 'C', LANGUAGE: '', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' };
}

export function environmentFor(
  reach: Reach,
  clean: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (reach === 'user') return clean;
  const exact = { ...clean, GIT_LITERAL_PATHSPECS: '1', GIT_NO_REPLACE_OBJECTS: '1' };
  if (reach === 'helpers') return exact;
  // No transport has this name: git before 2.45, which does not know GIT_NO_LAZY_FETCH, cannot fetch either.
  return { ...exact, GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none' };
}

/** Options before git's subcommand that take away what a repository's configuration could start. */
export function guardsFor(reach: Reach): readonly string[] {
  const always = ['--no-pager', '-c', 'core.fsmonitor=false', '-c', 'safe.bareRepository=explicit'];
  if (reach === 'user') return [...always, '-c', 'protocol.ext.allow=never'];
  const hookless = [...always, '-c', 'core.hooksPath=/dev/null'];
  return reach === 'local' ? hookless : [...hookless, '-c', 'protocol.ext.allow=never'];
}

/** Variables that add configuration whose keys may contain `=`, which `-c` cannot carry. */
export function configurationVariables(
  environment: Readonly<Record<string, string>>,
  entries: readonly (readonly [key: string, value: string])[],
): Readonly<Record<string, string>> {
  const given = Number.parseInt(environment.GIT_CONFIG_COUNT ?? '', 10) || 0;
  const variables: Record<string, string> = {};
  for (const [index, [key, value]] of entries.entries()) {
    variables[`GIT_CONFIG_KEY_${given + index}`] = key;
    variables[`GIT_CONFIG_VALUE_${given + index}`] = value;
  }
  return entries.length === 0 ? {} : { ...variables, GIT_CONFIG_COUNT: String(given + entries.length) };
}
