import { SaxesParser } from 'saxes';
import type { LocationHint } from '../failureLocation.ts';
import { cleanText, cutRepeat, cutStack, restoreLines } from '../failureText.ts';
import { goPackageFolder } from '../goPackageFolder.ts';
import { createTestFailure } from '../testFailure.ts';
import { countResults, type ReportContext, type TestReport, type TestResult } from '../testReport.ts';
import { readGoMessage } from './readGoMessage.ts';

type Attributes = Readonly<Record<string, string>>;

/** A testcase, or a testsuite where the failure is the suite's own. */
interface OpenElement {
  readonly kind: 'testsuite' | 'testcase';
  readonly attributes: Attributes;
  skipped: boolean;
  /** Message and text of each failure and error. */
  readonly failures: { message: string; text: string }[];
}

const longestText = 100_000;

/**
 * Reads JUnit XML in any of its dialects. Entities that a document declares are not expanded. What was complete
 * before a torn end is counted.
 */
export function readJUnit(text: string, context: ReportContext): TestReport {
  const parser = new SaxesParser<{ position: false; xmlns: false }>({ position: false, xmlns: false });
  const open: (OpenElement | undefined)[] = [];
  const results: TestResult[] = [];
  let roots = 0;
  let failing: { message: string; text: string } | undefined;

  const innermost = () => open.findLast((element) => element !== undefined);
  const append = (more: string) => {
    if (failing !== undefined && failing.text.length < longestText)
      failing.text += more.slice(0, longestText);
  };

  // A listener keeps the parser going: reporters write control characters that XML forbids.
  parser.on('error', () => {});
  parser.on('text', append);
  parser.on('cdata', append);
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length === 0) roots++;
    const parent = innermost();
    if (name === 'testsuite' || name === 'testcase') {
      open.push({ kind: name, attributes, skipped: false, failures: [] });
      return;
    }
    if (parent !== undefined && name === 'skipped') parent.skipped = true;
    if (parent !== undefined && (name === 'failure' || name === 'error')) {
      const failure = { message: attributes.message ?? '', text: '' };
      parent.failures.push(failure);
      failing = failure;
    }
    open.push(undefined);
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'failure' || name === 'error') failing = undefined;
    const element = open.pop();
    if (element === undefined) return;
    if (element.kind === 'testsuite' && element.failures.length === 0) return;
    results.push(readResult(element, suiteNames(open), context));
  });

  parser.write(text).close();
  return countResults(results, whyIncomplete(roots, open.length));
}

function whyIncomplete(roots: number, unclosed: number): string | undefined {
  if (roots === 0) return 'The test report holds no XML.';
  if (unclosed > 0) return 'The test report ends too early: the run was probably stopped.';
  return undefined;
}

function suiteNames(open: readonly (OpenElement | undefined)[]): string[] {
  return open.flatMap((element) => (element?.kind === 'testsuite' ? [readName(element)] : []));
}

/** node:test escapes a quotation mark twice. */
function readName(element: OpenElement): string {
  return (element.attributes.name ?? '').replaceAll('&quot;', '"');
}

function readResult(element: OpenElement, suites: readonly string[], context: ReportContext): TestResult {
  // A failing test that is marked as to do has both.
  if (element.skipped) return { outcome: 'skipped' };
  const [failure] = element.failures;
  if (failure === undefined) return { outcome: 'passed' };
  const hint = readHint(element.attributes, context);
  const line = readLine(element.attributes);
  const details = {
    names: readNames(element, suites),
    message: readMessage(failure.message.replaceAll('&quot;', '"'), failure.text),
    stack: withoutWrapper(failure.text === '' ? failure.message : failure.text),
    hint,
    ...(line === undefined ? {} : { line }),
  };
  return { outcome: 'failed', failure: createTestFailure(details, context) };
}

/** Each dialect has its own idea of what a class is. */
function readNames(element: OpenElement, suites: readonly string[]): string[] {
  const { classname = '' } = element.attributes;
  const name = readName(element);
  if (element.kind === 'testsuite' || classname === '') return [name];
  // vitest: the file; jest-junit: the full name, as in `name`.
  if (isScript(classname) || name.startsWith(classname)) return [name];
  // node:test: "test" up to Node 22, later the suites, where quotation marks are escaped twice too.
  const nested = suites.length > 0 && suites.join('.') === classname.replaceAll('&quot;', '"');
  if (classname === 'test' || nested) return [...suites, name];
  return [classname, name];
}

function isScript(name: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(name);
}

function readHint(attributes: Attributes, context: ReportContext): LocationHint {
  const { classname = '', name = '' } = attributes;
  const file = attributes.file ?? [classname, name].find(isScript);
  const packageFolder = goPackageFolder(classname, context);
  return {
    ...(file === undefined ? {} : { file }),
    ...(classname === '' ? {} : { className: classname }),
    ...(packageFolder === undefined ? {} : { packageFolder }),
  };
}

function readLine({ line, file }: Attributes): number | undefined {
  if (line === undefined || !/^\d{1,9}$/.test(line)) return undefined;
  // pytest counts lines from 0 here.
  return Number(line) + (file?.endsWith('.py') === true ? 1 : 0);
}

function readMessage(attribute: string, text: string): string {
  // pytest's word for a module that does not load; the reason stands at the end, marked.
  if (attribute === 'collection failure') return text.replace(/^(?!E ).*\n?/gm, '').replace(/^E {3}/gm, '');
  // gotestsum's only word.
  if (attribute === 'Failed') return readGoMessage(text);
  const body = cutStack(`\n${text}`);
  return attribute.trim() === '' ? cutRepeat(cleanText(body)) : restoreLines(attribute, body);
}

/** node:test wraps each error in its own, whose stack is the runner's. */
function withoutWrapper(text: string): string {
  const cause = text.indexOf('\n  cause: ');
  return cause >= 0 && text.includes('ERR_TEST_FAILURE') ? text.slice(cause) : text;
}
