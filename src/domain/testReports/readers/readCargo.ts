import { createTestFailure } from '../testFailure.ts';
import { createTestReport, type ReportContext, type TestFailure, type TestReport } from '../testReport.ts';

const summary = /^test result: \S+ (\d+) passed; (\d+) failed; (\d+) ignored;/gm;

/** Reads what `cargo test` prints on standard output, one summary for each test binary. */
export function readCargo(text: string, context: ReportContext): TestReport {
  const plain = text.replaceAll('\r\n', '\n');
  const counts = { passed: 0, failed: 0, skipped: 0 };
  let ended = 0;
  for (const [, passed, failed, ignored] of plain.matchAll(summary)) {
    ended++;
    counts.passed += Number(passed);
    counts.failed += Number(failed);
    counts.skipped += Number(ignored);
  }
  const started = [...plain.matchAll(/^running \d+ tests?$/gm)].length;
  const complete = ended > 0 && started <= ended;
  const failures = readFailures(plain, context);
  return createTestReport(counts, failures, complete ? undefined : 'Not every test binary of cargo ended.');
}

function readFailures(text: string, context: ReportContext): TestFailure[] {
  return text
    .split(/^(?=---- \S+ std(?:out|err) ----$)/m)
    .slice(1)
    .map((part) => {
      const [header = '', ...lines] = part.split('\n');
      const end = lines.findIndex((line) => line === 'failures:' || line.startsWith('test result: '));
      const body = lines.slice(0, end < 0 ? undefined : end).join('\n');
      const name = header.split(' ')[1] ?? '';
      return createTestFailure({ names: [name], message: readMessage(body), stack: body }, context);
    });
}

/** What the panic says, or all that the test printed. */
function readMessage(body: string): string {
  const panic = /^thread '.*panicked at .*$/m.exec(body);
  const text = panic === null ? body : body.slice(panic.index + panic[0].length);
  const stack = /^(?:stack backtrace:|note: )/m.exec(text);
  // Up to Rust 1.72 the message stands within the line.
  const within = /panicked at '(.*)', \S+\.rs:/.exec(panic?.[0] ?? '')?.[1];
  return within ?? (stack === null ? text : text.slice(0, stack.index));
}
