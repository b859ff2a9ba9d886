import { join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { TestCounts, TestOutput } from '../../domain/runs/stepOutput.ts';
import { foundNoTests } from '../../domain/testReports/foundNoTests.ts';
import { type InstrumentedTests, instrumentTests } from '../../domain/testReports/instrumentTests.ts';
import type { TestReport } from '../../domain/testReports/testReport.ts';
import type { Files } from '../ports/files.ts';
import { createTestOutput, readReport } from './readReport.ts';
import type { StepContext } from './step.ts';
import { workFolder } from './workFolder.ts';

/**
 * Runs a service's tests with their reporters switched on. Throws `tests-failed`, `tests-not-found` and what
 * `Processes.run` throws.
 * @param folder absolute path the command runs in
 * @param environment what the tests may see
 */
export async function runTests(
  context: StepContext,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<TestOutput> {
  const { service, scope, report, signal } = context;
  if (service.tests.kind !== 'command') {
    report.notice(`${service.name} declares that it has no tests; its proposal says so too.`);
    return { step: 'test', command: undefined, counts: undefined };
  }
  const { files, processes, clock } = scope.ports;
  const work = await workFolder(context);
  const reports = join(work, `${encodeURIComponent(service.name)}.test`);
  await files.makeFolder(reports);
  try {
    const tests = instrumentTests(
      service.tests.command,
      { ...packageFacts(scope.ports.files, folder), environment },
      join(reports, 'report'),
    );
    const output = createTestOutput(tests.report, report.output);
    const startedAt = clock.now();
    report.output(`$ ${service.tests.command.join(' ')}\n`);
    const running = processes.run(
      {
        command: tests.command,
        folder,
        environment: { ...environment, ...tests.environment },
        mark: work,
        onOutput: output.take,
      },
      signal,
    );
    report.waiting();
    const { exitCode, signal: ended } = await running;
    output.end();
    const read = readReport(files, tests.report, output, folder, startedAt);
    return judge(context, tests, { exitCode, ended, report: read, tail: output.tail() });
  } finally {
    await files.remove(reports);
  }
}

interface TestEnd {
  readonly exitCode: number | undefined;
  /** Name of the signal that ended the command. */
  readonly ended: string | undefined;
  readonly report: TestReport | undefined;
  readonly tail: string;
}

/** The exit code decides; the report explains. A success without a single test is none. */
function judge({ service }: StepContext, { runner }: InstrumentedTests, end: TestEnd): TestOutput {
  const command = service.tests.kind === 'command' ? service.tests.command : [];
  const spoken = command.join(' ');
  if (foundNoTests(runner, end.exitCode, end.report, end.tail)) {
    throw new TowlineError('tests-not-found', {
      why: `\`${spoken}\` in ${service.folder || '.'} ended without having run a test.`,
    });
  }
  if (end.exitCode === 0 && !(end.report && end.report.failed > 0)) {
    return { step: 'test', command, counts: end.report && countsOf(end.report) };
  }
  const how =
    end.exitCode === undefined
      ? `was ended by ${end.ended ?? 'a signal'}`
      : `ended with exit code ${end.exitCode}`;
  const failed = end.report?.failures ?? [];
  const counts =
    end.report && end.report.failed > 0 ? `${end.report.failed} of ${end.report.total} tests failed; ` : '';
  throw new TowlineError('tests-failed', {
    why: `${counts}\`${spoken}\` in ${service.folder || '.'} ${how}.`,
    failedTests: failed.map(({ file, ...failure }) => ({
      ...failure,
      ...(file === undefined ? {} : { file: [service.folder, file].filter(Boolean).join('/') }),
    })),
  });
}

function countsOf({ total, passed, failed, skipped }: TestReport): TestCounts {
  return { total, passed, failed, skipped };
}

function packageFacts(
  files: Files,
  folder: string,
): {
  readonly packageJson?: { readonly scripts: Record<string, string> };
} {
  const text = files.readText(join(folder, 'package.json'));
  if (text === undefined) return {};
  try {
    const { scripts } = JSON.parse(text) as { scripts?: unknown };
    if (typeof scripts !== 'object' || scripts === null) return {};
    const known = Object.entries(scripts).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return { packageJson: { scripts: Object.fromEntries(known) } };
  } catch {
    // npm itself says what is wrong with it.
    return {};
  }
}
