import { goPackageFolder } from '../goPackageFolder.ts';
import { createTestFailure } from '../testFailure.ts';
import { countResults, type ReportContext, type TestReport, type TestResult } from '../testReport.ts';
import { asText, isObject, type JsonObject, parseJson } from './jsonValue.ts';
import { readGoMessage } from './readGoMessage.ts';

interface GoTest {
  outcome?: TestResult['outcome'];
  readonly output: string[];
}

interface GoPackage {
  ended?: string;
  /** Import path of what did not build. */
  failedBuild: string;
  readonly output: string[];
  readonly tests: Map<string, GoTest>;
}

const outcomes: Readonly<Record<string, TestResult['outcome']>> = {
  pass: 'passed',
  fail: 'failed',
  skip: 'skipped',
};

/** Reads the events of `go test -json` (`go doc test2json`), among which other lines may stand. */
export function readGo(text: string, context: ReportContext): TestReport {
  const packages = new Map<string, GoPackage>();
  const builds = new Map<string, string[]>();
  const packageOf = (name: string) =>
    getOrAdd(packages, name, () => ({ failedBuild: '', output: [], tests: new Map<string, GoTest>() }));

  for (const line of text.split(/\r?\n/)) {
    const event = line.startsWith('{') ? parseJson(line) : undefined;
    if (isObject(event)) readEvent(event, packageOf, builds);
    else {
      // Before Go 1.24 a package that does not build has no event of its own.
      const failed = /^FAIL\s+(\S+)\s+(\[(?:build|setup) failed\])/.exec(line);
      if (failed !== null)
        Object.assign(packageOf(failed[1] ?? ''), { ended: 'fail', output: [failed[2] ?? ''] });
    }
  }

  const results = [...packages].flatMap(([name, each]) => readPackage(name, each, builds, context));
  const running = [...packages.values()].some((each) => each.ended === undefined);
  if (packages.size === 0) return countResults(results, 'There are no events of go test in the output.');
  return countResults(
    results,
    running ? 'The events end too early: the run was probably stopped.' : undefined,
  );
}

function getOrAdd<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  const value = map.get(key) ?? create();
  map.set(key, value);
  return value;
}

function readEvent(
  event: JsonObject,
  packageOf: (name: string) => GoPackage,
  builds: Map<string, string[]>,
): void {
  const [action, test, output] = [asText(event.Action), asText(event.Test), asText(event.Output)];
  if (action === 'build-output') getOrAdd(builds, asText(event.ImportPath), () => []).push(output);
  if (event.Package === undefined) return;
  const group = packageOf(asText(event.Package));
  const target = test === '' ? group : getOrAdd(group.tests, test, (): GoTest => ({ output: [] }));
  if (action === 'output') target.output.push(output);
  const outcome = outcomes[action];
  if (outcome === undefined) return;
  if ('tests' in target) {
    target.ended = action;
    target.failedBuild = asText(event.FailedBuild);
  } else target.outcome = outcome;
}

function readPackage(
  name: string,
  group: GoPackage,
  builds: ReadonlyMap<string, string[]>,
  context: ReportContext,
): TestResult[] {
  const children = childOutcomes(group.tests);
  const results = [...group.tests].flatMap(([test, { outcome, output }]) => {
    const below = children.get(test);
    const counted = below === undefined || (outcome === 'failed' && !below.has('failed'));
    if (outcome === undefined || !counted) return [];
    return [outcome === 'failed' ? failed([name, ...test.split('/')], output, name, context) : { outcome }];
  });
  if (group.ended !== 'fail' || results.some((result) => result.outcome === 'failed')) return results;
  return [...results, failed([name], buildOutput(builds, group) ?? group.output, name, context)];
}

/** What the compiler said, without the line that names the package again. */
function buildOutput(builds: ReadonlyMap<string, string[]>, group: GoPackage): string[] | undefined {
  return builds.get(group.failedBuild)?.filter((line) => !line.startsWith('# '));
}

/** By test: the outcomes of its subtests. Only tests that have some are in it. */
function childOutcomes(tests: ReadonlyMap<string, GoTest>): Map<string, Set<GoTest['outcome']>> {
  const children = new Map<string, Set<GoTest['outcome']>>();
  for (const [test, { outcome }] of tests) {
    for (let end = test.lastIndexOf('/'); end > 0; end = test.lastIndexOf('/', end - 1)) {
      getOrAdd(children, test.slice(0, end), () => new Set<GoTest['outcome']>()).add(outcome);
    }
  }
  return children;
}

function failed(
  names: readonly string[],
  output: readonly string[],
  importPath: string,
  context: ReportContext,
): TestResult {
  const text = output.join('');
  const packageFolder = goPackageFolder(importPath, context);
  const hint = packageFolder === undefined ? {} : { packageFolder };
  const details = { names, message: readGoMessage(text), stack: text, hint };
  return { outcome: 'failed', failure: createTestFailure(details, context) };
}
