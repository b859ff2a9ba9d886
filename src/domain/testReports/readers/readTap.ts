import { parseDocument } from 'yaml';
import { cleanText, cutRepeat, cutStack } from '../failureText.ts';
import { createTestFailure } from '../testFailure.ts';
import { countResults, type ReportContext, type TestReport, type TestResult } from '../testReport.ts';
import { asObject, asText } from './jsonValue.ts';

/** A test point with the lines that explain it. */
interface TapPoint {
  readonly outcome: TestResult['outcome'];
  readonly names: readonly string[];
  /** Lines of its YAML block. */
  readonly yaml: string[];
  /** Other indented lines and comments below it: mocha's way. */
  readonly notes: string[];
}

const pointLine = /^(not ok|ok) \d+(?: -)?(?: (.*))?$/;
const directive = /(?:^|\s)#\s*(skip|todo)/i;

/**
 * Reads the Test Anything Protocol, versions 12 to 14 (https://testanything.org/tap-version-14-specification.html),
 * out of a stream that may hold other lines too.
 */
export function readTap(text: string, context: ReportContext): TestReport {
  /** By depth: the points whose parent has not come yet. */
  const waiting: TapPoint[][] = [];
  let planned: number | undefined;
  let seen = 0;
  let last: TapPoint | undefined;
  let inYaml = false;
  let stopped: string | undefined;

  for (const line of text.split(/\r?\n/)) {
    const content = line.trimStart();
    const depth = Math.floor((line.length - content.length) / 4);
    if (inYaml) {
      if (content === '...') inYaml = false;
      else last?.yaml.push(line);
      continue;
    }
    const point = pointLine.exec(content);
    const plan = depth === 0 ? /^1\.\.(\d{1,9})\b/.exec(content) : null;
    if (point !== null) {
      if (depth === 0) seen++;
      last = readPoint(point[1] === 'ok', point[2] ?? '', waiting, depth);
    } else if (plan !== null) planned = Number(plan[1]);
    else if (content.startsWith('Bail out!')) stopped = `The run bailed out: ${content.slice(9).trim()}`;
    else if (content.trimEnd() === '---' && last !== undefined) inYaml = true;
    else if (line.startsWith('  ')) last?.notes.push(line.slice(2));
  }

  const results = waiting.flat().map((point) => toResult(point, context));
  return countResults(results, stopped ?? whyIncomplete(planned, seen));
}

function whyIncomplete(planned: number | undefined, seen: number): string | undefined {
  if (planned === undefined) return 'The TAP output has no plan: the run was probably stopped.';
  if (planned === seen) return undefined;
  return `The TAP output plans ${planned} tests and has ${seen}: the run was probably stopped.`;
}

/** Puts a point where its parent will look for it. Its own subtests, which came before it, take its name. */
function readPoint(ok: boolean, text: string, waiting: TapPoint[][], depth: number): TapPoint {
  const mark = directive.exec(text);
  const name = (mark === null ? text : text.slice(0, mark.index)).replace(/\\([\\#])/g, '$1').trim();
  const outcome = mark !== null ? 'skipped' : ok ? 'passed' : 'failed';
  const point: TapPoint = { outcome, names: [name], yaml: [], notes: [] };
  const children = waiting.splice(depth + 1).flat();
  while (waiting.length <= depth) waiting.push([]);
  const level = waiting[depth] ?? [];
  level.push(...children.map((child) => ({ ...child, names: [name, ...child.names] })));
  const explained = children.some((child) => child.outcome === outcome);
  if (children.length === 0 || (outcome === 'failed' && !explained)) level.push(point);
  return point;
}

function toResult(point: TapPoint, context: ReportContext): TestResult {
  if (point.outcome !== 'failed') return { outcome: point.outcome };
  const diagnostics = readYaml(point.yaml);
  const notes = point.notes.join('\n');
  const stack = asText(diagnostics.stack);
  const [file, line, column] = readLocation(asText(diagnostics.location));
  const details = {
    names: point.names,
    message:
      asText(diagnostics.error) || asText(diagnostics.message) || cutRepeat(cleanText(cutStack(notes))),
    stack: `${stack}\n${notes}`,
    ...(file === undefined ? {} : { hint: { file } }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
  return { outcome: 'failed', failure: createTestFailure(details, context) };
}

function readYaml(lines: readonly string[]): Readonly<Record<string, unknown>> {
  // Tag and alias resolution are off the table: the block may hold anything a test threw.
  const document = parseDocument(lines.join('\n').slice(0, 100_000), {
    schema: 'failsafe',
    logLevel: 'silent',
  });
  try {
    return asObject(document.toJS({ maxAliasCount: 0 }));
  } catch {
    return {};
  }
}

/** node:test's "path:line:column" of where the test is defined. */
function readLocation(text: string): [file?: string, line?: number, column?: number] {
  const match = /^(.+):(\d+):(\d+)$/.exec(text);
  return match?.[1] === undefined ? [] : [match[1], Number(match[2]), Number(match[3])];
}
