import { dirname, join, resolve } from 'node:path';
import type { KeyInputs } from '../../domain/keys/keyInputs.ts';
import type { Files } from '../ports/files.ts';
import type { RecordStore } from '../ports/journalStore.ts';
import type { Processes } from '../ports/processes.ts';
import { hashText } from './hashText.ts';
import type { Look } from './look.ts';

/** Files that version managers read, in the service's folder and above it, to choose what a shim starts. */
const versionFiles = [
  '.python-version',
  '.node-version',
  '.nvmrc',
  '.tool-versions',
  '.ruby-version',
  'mise.toml',
  'rust-toolchain',
  'rust-toolchain.toml',
];

/** Programs that are scripts of another program, whose version then matters as well. */
const interpreters: Readonly<Record<string, readonly string[]>> = {
  npm: ['node'],
  npx: ['node'],
  yarn: ['node'],
  pnpm: ['node'],
  jest: ['node'],
  vitest: ['node'],
  mocha: ['node'],
  pytest: ['python3'],
  poetry: ['python3'],
  uv: ['python3'],
  mvn: ['java'],
  gradle: ['java'],
};

const versionArguments: Readonly<Record<string, readonly string[]>> = { go: ['version'], java: ['-version'] };

interface Remembered {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Characters up to which what chose a version names its record as it is, which takes no hash. */
const longestChoice = 1000;

type Environment = Readonly<Record<string, string>>;

/** What was found on the machine, once for all services. */
interface Seen {
  /** By name; undefined where there is no such program. */
  readonly programs: Map<string, { readonly path: string; readonly stamp: string } | undefined>;
  /** Texts of the version files in a folder and above it, by folder. */
  readonly versionFiles: Map<string, string>;
}

export interface ToolVersions {
  /** `tool <program>` → where it is and what it answers to `--version`. Paths inside the repository are left to its files' fingerprints. */
  of(
    command: readonly [string, ...string[]],
    folder: string,
    environment: Environment,
    look: Look,
    signal: AbortSignal,
  ): Promise<KeyInputs>;
  save(): Promise<void>;
}

/**
 * Asking a program for its version costs a process, so the answer is remembered as long as the program's own
 * file, the version files in reach and the environment are the same, and at most `maxAge` milliseconds,
 * because a version manager may keep its choice elsewhere.
 */
export function createToolVersions(
  ports: { readonly files: Files; readonly processes: Processes; readonly records: RecordStore },
  repositoryFolder: string,
  maxAge: number,
  now: () => number,
): ToolVersions {
  let remembered: Record<string, Remembered> | undefined;
  let learnt = false;
  let seen = nothingSeen();
  const environmentHashes = new WeakMap<Environment, string>();
  const { files, processes, records } = ports;

  function find(program: string): ReturnType<Seen['programs']['get']> {
    if (!seen.programs.has(program)) {
      const path = processes.find(program);
      seen.programs.set(program, path === undefined ? undefined : { path, stamp: stampOf(files, path) });
    }
    return seen.programs.get(program);
  }

  function versionFileTexts(folder: string): string {
    const known = seen.versionFiles.get(folder);
    if (known !== undefined) return known;
    const own = versionFiles.map((name) => files.readText(join(folder, name)) ?? '');
    const isLast = folder === repositoryFolder || dirname(folder) === folder;
    const texts = (isLast ? own : [...own, versionFileTexts(dirname(folder))]).join('\0');
    seen.versionFiles.set(folder, texts);
    return texts;
  }

  function hashOf(environment: Environment): string {
    const known = environmentHashes.get(environment) ?? hashText(JSON.stringify(environment));
    environmentHashes.set(environment, known);
    return known;
  }

  async function version(
    program: string,
    folder: string,
    environment: Environment,
    signal: AbortSignal,
  ): Promise<string> {
    const found = find(program);
    if (!found) return 'not found';
    const { path, stamp } = found;
    const chosenBy = [path, stamp, versionFileTexts(folder), hashOf(environment)].join('\0');
    const choice = chosenBy.length <= longestChoice ? chosenBy : hashText(chosenBy);
    remembered ??= parse(records.read('tools'));
    const known = remembered[choice];
    if (known && now() - known.at < maxAge) return known.version;
    const answer = await ask(
      processes,
      path,
      versionArguments[program] ?? ['--version'],
      folder,
      environment,
      signal,
    );
    const text = answer ?? stamp;
    remembered = { ...remembered, [choice]: { version: text, at: now() } };
    learnt = true;
    return text;
  }

  return {
    async of(command, folder, environment, look, signal) {
      const program = command[0];
      if (/[\\/]/.test(program)) return {};
      if (look === 'fresh') seen = nothingSeen();
      const programs = [program, ...(interpreters[program] ?? [])];
      const versions = await Promise.all(
        programs.map(
          async (name) => [`tool ${name}`, await version(name, folder, environment, signal)] as const,
        ),
      );
      return Object.fromEntries(versions);
    },
    async save() {
      if (!learnt || !remembered) return;
      learnt = false;
      const fresh = Object.entries(remembered).filter(([, { at }]) => now() - at < maxAge);
      await records.write('tools', JSON.stringify(Object.fromEntries(fresh)));
    },
  };
}

/** The program's answer on one line; undefined when it does not know the question or takes longer than 10 s. */
async function ask(
  processes: Processes,
  program: string,
  args: readonly string[],
  folder: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<string | undefined> {
  let output = '';
  const limited = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
  try {
    const onOutput = (text: string): void => {
      output += text;
    };
    const { exitCode } = await processes.run(
      { command: [program, ...args], folder, environment, onOutput },
      limited,
    );
    return exitCode === 0 ? output.trim().replace(/\s+/g, ' ').slice(0, 200) : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** Stamp of the file behind symbolic links. */
function stampOf(files: Files, path: string): string {
  let at = path;
  for (let hops = 0; hops < 16; hops += 1) {
    const status = files.status(at);
    if (status?.kind !== 'symlink') return status?.stamp ?? '';
    at = resolve(dirname(at), files.readLink(at) ?? '');
  }
  return '';
}

function nothingSeen(): Seen {
  return { programs: new Map(), versionFiles: new Map() };
}

function parse(text: string | undefined): Record<string, Remembered> {
  if (!text) return {};
  try {
    const value = JSON.parse(text) as Record<string, Remembered | null> | null;
    const whole = Object.entries(value ?? {}).filter(
      (entry): entry is [string, Remembered] => entry[1] !== null,
    );
    return Object.fromEntries(whole);
  } catch {
    return {};
  }
}
