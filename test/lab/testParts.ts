import { readFile } from 'node:fs/promises';
import type { SuiteCounts } from '../support/countingReporter.ts';

/** One check or suite of `npm test`; a check counts as one test. */
export interface TestPart extends SuiteCounts {
  readonly name: string;
}

/** Reads what a suite wrote. One that died without a count, or failed beside its tests, is a failed test. */
export async function readSuite(name: string, file: string, code: number): Promise<TestPart> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    console.error(`The suite ${name} ended with ${code} before it had counted its tests.`);
    return { name, passed: 0, failed: 1, skipped: [] };
  }
  const counts: SuiteCounts = JSON.parse(text);
  const passed = counts.passed;
  if (passed + counts.failed + counts.skipped.length === 0) console.error(`The suite ${name} ran no test.`);
  const silent = counts.failed === 0 && (code !== 0 || passed + counts.skipped.length === 0);
  return { ...counts, name, failed: silent ? 1 : counts.failed };
}

/** What failed and what was skipped and why, closed by the one line over all parts. */
export function formatSummary(parts: readonly TestPart[], interrupted: boolean): string {
  const skipped = parts.flatMap((part) =>
    part.skipped.map(({ test, reason }) => `skipped (${part.name}): ${test}: ${reason ?? 'no reason given'}`),
  );
  const failed = parts
    .filter((part) => part.failed > 0)
    .flatMap((part) => [
      ...(part.failures ?? []).map(
        ({ test, reason }) => `failed (${part.name}): ${test}:\n${indent(reason)}`,
      ),
      `failed: ${part.name} (${part.failed})`,
    ]);
  const sum = (count: (part: TestPart) => number) => parts.reduce((total, part) => total + count(part), 0);
  return [
    ...skipped,
    ...failed,
    ...(interrupted ? ['interrupted: the parts after this were not run'] : []),
    `${sum((part) => part.passed)} passed, ${sum((part) => part.failed)} failed, ${sum((part) => part.skipped.length)} skipped`,
  ].join('\n');
}

/** So much of a reason as helps where the end of an output is all that is kept. */
function indent(reason: string): string {
  const longest = 3000;
  const text = reason.length > longest ? `${reason.slice(0, longest)} …` : reason;
  return text.replace(/^/gm, '    ');
}
