import { expandVariables } from './expandVariables.ts';
import { readMount } from './readMount.ts';
import { type Instruction, splitInstructions } from './splitInstructions.ts';

/** What Towline needs to know of a Dockerfile; names in it are as written, before build arguments. */
export interface Dockerfile {
  /** Image of the `# syntax=` directive, which BuildKit pulls to read the file. */
  readonly syntax?: string;
  readonly escapeCharacter: '\\' | '`';
  /** ARGs before the first FROM, with their defaults as written; later ones may use earlier ones. */
  readonly arguments: ReadonlyMap<string, string | undefined>;
  readonly stages: readonly DockerfileStage[];
}

export interface DockerfileStage {
  /** Lower case, as names of stages are compared. */
  readonly name?: string;
  /** Image or stage after FROM, as written. */
  readonly base: string;
  readonly line: number;
  /** Paths that COPY, ADD and bind mounts take from the build context; may hold wildcards. */
  readonly sources: readonly string[];
  /** Stages, images or named contexts of `COPY --from` and `RUN --mount=…,from=`, as written. */
  readonly copiesFrom: readonly string[];
  /** Ids of secrets that RUN mounts. */
  readonly secrets: readonly string[];
  /** Ids of ssh agents that RUN mounts; `default` where none is named. */
  readonly ssh: readonly string[];
}

type MutableStage = {
  -readonly [Key in keyof DockerfileStage]: DockerfileStage[Key] extends readonly string[]
    ? string[]
    : DockerfileStage[Key];
};

/** Reads a Dockerfile. Never fails: BuildKit is the judge of what is wrong in it. */
export function readDockerfile(text: string): Dockerfile {
  const { syntax, escapeCharacter, instructions } = splitInstructions(text);
  const written = new Map<string, string | undefined>();
  const globals = new Map<string, string | undefined>();
  const stages: MutableStage[] = [];
  let variables = new Map<string, string | undefined>();
  for (const instruction of instructions) {
    const { keyword } = instruction;
    const stage = stages.at(-1);
    if (keyword === 'FROM') {
      stages.push(startStage(instruction));
      variables = new Map();
    } else if (keyword === 'ARG') {
      declareArguments(instruction.rest, stage === undefined ? globals : variables, globals, escapeCharacter);
      if (stage === undefined) for (const [name, value] of pairs(instruction.rest)) written.set(name, value);
    } else if (stage === undefined) {
      // BuildKit refuses everything else before the first FROM.
    } else if (keyword === 'ENV') {
      declareEnvironment(instruction.rest, variables, escapeCharacter);
    } else if (keyword === 'COPY' || keyword === 'ADD') {
      noteCopy(stage, instruction, variables, escapeCharacter);
    } else if (keyword === 'RUN') {
      noteMounts(stage, instruction);
    }
  }
  return { ...(syntax === undefined ? {} : { syntax }), escapeCharacter, arguments: written, stages };
}

function startStage({ rest, line }: Instruction): MutableStage {
  const [base = '', as, name] = rest.split(/\s+/);
  const named = as?.toLowerCase() === 'as' && name !== undefined ? { name: name.toLowerCase() } : {};
  return { ...named, base: unquote(base), line, sources: [], copiesFrom: [], secrets: [], ssh: [] };
}

/** An ARG without default in a stage takes the value of the ARG of that name before the first FROM. */
function declareArguments(
  rest: string,
  into: Map<string, string | undefined>,
  globals: ReadonlyMap<string, string | undefined>,
  escapeCharacter: string,
): void {
  for (const [name, value] of pairs(rest)) {
    const given = value === undefined ? globals.get(name) : expand(value, into, escapeCharacter);
    into.set(name, given);
  }
}

function declareEnvironment(
  rest: string,
  into: Map<string, string | undefined>,
  escapeCharacter: string,
): void {
  const old = /^(\w+)\s+([^=]*)$/.exec(rest);
  const found = old === null ? pairs(rest) : [[old[1] ?? '', old[2] ?? ''] as const];
  for (const [name, value] of found)
    into.set(name, value === undefined ? undefined : expand(value, into, escapeCharacter));
}

/** Unclosed quotes take the pattern below quadratic time, so that it must not see a text of any length. */
const longestArguments = 8192;

function pairs(rest: string): (readonly [string, string | undefined])[] {
  const words = rest.slice(0, longestArguments).match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => {
    const equals = word.indexOf('=');
    return equals < 0 ? [word, undefined] : [word.slice(0, equals), unquote(word.slice(equals + 1))];
  });
}

function expand(
  text: string,
  variables: ReadonlyMap<string, string | undefined>,
  escapeCharacter: string,
): string | undefined {
  const { text: expanded, missing } = expandVariables(text, (name) => variables.get(name), escapeCharacter);
  return missing.length === 0 ? expanded : undefined;
}

function noteCopy(
  stage: MutableStage,
  { keyword, flags, rest }: Instruction,
  variables: ReadonlyMap<string, string | undefined>,
  escapeCharacter: string,
): void {
  const from = flags.find((flag) => flag.name === 'from');
  if (from !== undefined) {
    stage.copiesFrom.push(from.value);
    return;
  }
  for (const source of copyWords(rest).slice(0, -1)) {
    const path = expand(source, variables, escapeCharacter);
    if (path === undefined || path.startsWith('<<')) continue;
    if (keyword === 'ADD' && /^(?:[a-z][a-z+.-]*:\/\/|git@)/i.test(path)) continue;
    stage.sources.push(path);
  }
}

function copyWords(rest: string): string[] {
  if (rest.startsWith('[')) {
    try {
      const words: unknown = JSON.parse(rest);
      if (Array.isArray(words)) return words.map(String);
    } catch {
      // Docker reads what is no JSON as plain words, too.
    }
  }
  return rest.split(/\s+/).map(unquote);
}

function noteMounts(stage: MutableStage, { flags }: Instruction): void {
  for (const flag of flags) {
    if (flag.name !== 'mount') continue;
    const mount = readMount(flag.value);
    if (mount.type === 'secret') stage.secrets.push(mount.id);
    else if (mount.type === 'ssh') stage.ssh.push(mount.id);
    else if (mount.from !== undefined) stage.copiesFrom.push(mount.from);
    else if (mount.type === 'bind') stage.sources.push(mount.source);
  }
}

function unquote(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, '$2');
}
