import type { KeyInputs } from '../../domain/keys/keyInputs.ts';
import { keyedHash } from './contentKey.ts';

/** Where a program finds its files and speaks to the user; the same for every run of a user on a machine. */
const alwaysPassed = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'TERM',
  'XDG_RUNTIME_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'SystemRoot',
  'SystemDrive',
  'ComSpec',
  'PATHEXT',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'ProgramFiles',
  'ProgramData',
  'windir',
] as const;

/** What selects or changes a toolchain: passed, and part of the key by value. */
const toolchainVariables =
  /^(CI|NODE_OPTIONS|NODE_ENV|NODE_PATH|JAVA_HOME|JAVA_TOOL_OPTIONS|MAVEN_OPTS|GRADLE_OPTS|GO(PATH|ROOT|FLAGS|TOOLCHAIN|PROXY|OS|ARCH)|CGO_ENABLED|CARGO_HOME|RUSTUP_HOME|RUSTUP_TOOLCHAIN|RUSTFLAGS|PYTHON.*|VIRTUAL_ENV|CONDA_PREFIX|PYENV_.*|RBENV_VERSION|NODENV_VERSION|NVM_DIR|VOLTA_HOME|ASDF_.*|GEM_HOME|BUNDLE_.*|DOTNET_.*|LC_.*)$/;

/** Set by the shell that npm scripts make and different from run to run without meaning. */
const neverPassed = /^(PYENV_(DIR|HOOK_PATH|SHELL)|NODENV_DIR)$/;

export interface TestEnvironment {
  readonly passed: Readonly<Record<string, string>>;
  readonly inputs: KeyInputs;
}

/** What tests see by the variables they declare, worked out once for all services that declare the same. */
export function createTestEnvironments(
  environment: Readonly<Record<string, string | undefined>>,
  secret: string,
): (declared: readonly string[]) => TestEnvironment {
  const known = new Map<string, TestEnvironment>();
  return (declared) => {
    const names = declared.join('\0');
    const found = known.get(names) ?? testEnvironment(declared, environment, secret);
    known.set(names, found);
    return found;
  };
}

/**
 * What tests may see. Everything that could change their result is either the same for the user or in the
 * key: a variable that is in neither would make an old green result stand for a run it never was.
 */
export function testEnvironment(
  declared: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  secret: string,
): TestEnvironment {
  const passed: Record<string, string> = {};
  const inputs: Record<string, string> = {};
  for (const name of alwaysPassed) {
    const value = environment[name];
    if (value !== undefined) passed[name] = value;
  }
  const keyed = Object.keys(environment).filter(
    (name) => toolchainVariables.test(name) && !neverPassed.test(name),
  );
  for (const name of new Set([...keyed, ...declared])) {
    const value = environment[name];
    inputs[`environment ${name}`] = value === undefined ? 'unset' : keyedHash(value, secret);
    if (value !== undefined) passed[name] = value;
  }
  return { passed, inputs };
}
