import { describeChange, describeName } from '../../domain/diff/describeDiff.ts';
import {
  answerOf,
  type Leftovers,
  type LiveAnswer,
  type LiveDiff,
  type LiveObject,
} from '../../domain/diff/liveDiff.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { DiffRequest } from '../../engine/diffing/diffEnvironment.ts';
import { exitCodes } from '../exitCodes.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

export interface DiffOptions {
  readonly env?: string;
  readonly context?: string;
  readonly head?: boolean;
  /** A service. */
  readonly proposal?: string;
  readonly thorough?: boolean;
  readonly json?: boolean;
}

/** As `diff` does: above 1 the question has no whole answer. */
const codes: Readonly<Record<LiveAnswer, ExitCode>> = {
  same: exitCodes.passed,
  differs: exitCodes.failed,
  unknown: exitCodes.held,
};

/** `towline diff`: what applying an environment's manifests would change on its cluster. */
export async function diff(
  { engine, terminal, folder, signal }: CommandContext,
  { env, context, head, proposal, thorough, json }: DiffOptions,
): Promise<ExitCode> {
  const opened = await engine.open(folder, signal);
  const request: DiffRequest = {
    ...(env === undefined ? {} : { environment: env }),
    ...(context === undefined ? {} : { context }),
    of: proposal === undefined ? (head ? 'head' : 'branch') : { proposal },
    ...(thorough ? { thorough } : {}),
  };
  const found = await engine.diffEnvironment(opened, request, signal);
  for (const line of json ? asJson(found) : describe(found)) terminal.out(line);
  return codes[answerOf(found)];
}

/** A line for each object, and one for all of them. */
function asJson({ objects, ...all }: LiveDiff): readonly string[] {
  const answer = answerOf({ objects, leftovers: all.leftovers });
  return [
    ...objects.map((object) => JSON.stringify({ type: 'object', ...object })),
    JSON.stringify({ type: 'diff', answer, ...all }),
  ];
}

function describe(found: LiveDiff): readonly string[] {
  const { environment, context, server, revision, commit, objects, leftovers, notes } = found;
  const lines = [
    `${environment} as ${revision} has it (${commit.slice(0, 7)}) against ${context} (${server})`,
    ...objects.flatMap(describeObject),
    ...describeLeftovers(leftovers),
    ...notes.map((note) => `note: ${note}`),
    summarise(found),
  ];
  return lines.map((line) => visibleText(line));
}

function describeObject(object: LiveObject): readonly string[] {
  switch (object.state) {
    case 'same':
      return [];
    case 'differs':
      return [
        `${describeChange(object.diff)}, as ${object.manager}${object.note === undefined ? '' : `: ${object.note}`}`,
        object.diff.text.trimEnd(),
      ];
    case 'refused':
      return [
        `${describeChange(object.diff)}, and the cluster refuses it: ${object.why}`,
        object.diff.text.trimEnd(),
      ];
    case 'unknown':
      return [`unknown ${describeName(object.name)}: ${object.why.replaceAll('\n', '\n  ')}`];
  }
}

function describeLeftovers(leftovers: Leftovers): readonly string[] {
  if ('unchecked' in leftovers)
    return [`not checked: objects that the manifests no longer name; ${leftovers.unchecked}`];
  return leftovers.objects.map(({ name, keptBy }) =>
    keptBy === undefined
      ? `left over ${describeName(name)}: ${leftovers.by} put it there, and the manifests no longer name it`
      : `kept ${describeName(name)}: the manifests no longer name it, and ${keptBy} keeps it`,
  );
}

function summarise({ objects, leftovers }: LiveDiff): string {
  const count = (state: LiveObject['state']) => objects.filter((object) => object.state === state).length;
  const left =
    'objects' in leftovers ? leftovers.objects.filter(({ keptBy }) => keptBy === undefined).length : 0;
  const parts: readonly (readonly [number, string])[] = [
    [count('same'), 'as the manifests say'],
    [count('differs'), 'would change'],
    [count('refused'), 'would be refused'],
    [count('unknown'), 'could not be told'],
    [left, 'left over'],
  ];
  const said = parts.filter(([number], index) => number > 0 || index === 0);
  return said.map(([number, what]) => `${number} ${what}`).join(', ');
}
