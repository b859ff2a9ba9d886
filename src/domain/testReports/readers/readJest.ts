import { cutStack } from '../failureText.ts';
import { projectPath } from '../projectPath.ts';
import { createTestFailure } from '../testFailure.ts';
import { countResults, type ReportContext, type TestReport, type TestResult } from '../testReport.ts';
import { asCount, asList, asObject, asText, isObject, type JsonObject, parseJson } from './jsonValue.ts';

/** Reads what `jest --json` writes (https://jestjs.io/docs/configuration#testresultsprocessor-string). */
export function readJest(text: string, context: ReportContext): TestReport {
  const root = parseJson(text);
  if (!isObject(root) || !Array.isArray(root.testResults)) {
    return countResults(
      [],
      'The test report is not the JSON that jest writes: the run was probably stopped.',
    );
  }
  const results = root.testResults.flatMap((file) => readFile(asObject(file), context));
  const interrupted = root.wasInterrupted === true ? 'The run was interrupted.' : undefined;
  return countResults(results, interrupted);
}

function readFile(file: JsonObject, context: ReportContext): TestResult[] {
  const path = asText(file.name);
  const tests = asList(file.assertionResults).map((test) => readTest(asObject(test), path, context));
  const failed = tests.some((test) => test.outcome === 'failed');
  if (file.status !== 'failed' || failed) return tests;
  // A file that does not load has no tests, only a message.
  const message = asText(file.message);
  const name = projectPath(path, context.folder) ?? path;
  // Babel counts columns from 0.
  const [, line, column] = /: .* \((\d+):(\d+)\)$/m.exec(message) ?? [];
  const details = {
    names: [name],
    message: cutStack(message.replace(/^\s*● Test suite failed to run\s*/, '')),
    stack: message,
    hint: { file: path },
    ...(line === undefined ? {} : { line: Number(line), column: Number(column) + 1 }),
  };
  return [...tests, { outcome: 'failed', failure: createTestFailure(details, context) }];
}

function readTest(test: JsonObject, file: string, context: ReportContext): TestResult {
  if (test.status === 'passed') return { outcome: 'passed' };
  if (test.status !== 'failed') return { outcome: 'skipped' };
  const messages = asList(test.failureMessages).map(asText);
  const location = asObject(test.location);
  const [line, column] = [asCount(location.line), asCount(location.column)];
  const details = {
    names: [...asList(test.ancestorTitles).map(asText), asText(test.title)],
    message: cutStack(messages[0] ?? ''),
    stack: messages.join('\n'),
    hint: { file },
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
  return { outcome: 'failed', failure: createTestFailure(details, context) };
}
