import { join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { TestCounts, TestOutput } from '../../domain/runs/stepOutput.ts';
import { foundNoTests } from '../../domain/testReports/foundNoTests.ts';
import { type InstrumentedTests, instrumentTests } from '../../domain/testReports/instrumentTests.ts';
import type { TestReport } from '../../domain/testReports/testReport.ts';
import { filesBelow } from '../../domain/workspace/filesBelow.ts';
import type { RepoPath, TestPlan } from '../../domain/workspace/service.ts';
import { fileInputs } from '../keys/contentKey.ts';
import { testEnvironment } from '../keys/testEnvironment.ts';
import { createTestOutput, readReport } from './readReport.ts';
import type { Step, StepContext } from './step.ts';
import { workFolder } from './workFolder.ts';

/** Lock files of package managers: in a monorepo they stand above the service and decide what it is tested with. */
const lockFiles = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'poetry.lock',
  'uv.lock',
  'Pipfile.lock',
  'go.sum',
  'go.work.sum',
  'Cargo.lock',
  'Gemfile.lock',
  'composer.lock',
  'gradle.lockfile',
];

/** The gate: source → green tests, or the service's own word that it has none. */
export const testStep: Step<TestOutput> = {
  name: 'test',

  timeLimit: ({ service }) => (service.tests.kind === 'command' ? service.tests.timeout : undefined),

  async inputs(context) {
    const tests = context.service.tests;
    if (tests.kind !== 'command') return { command: tests.kind };
    const { scope, signal } = context;
    const environment = environmentOf(context, tests);
    const [fingerprints, tools] = await Promise.all([
      scope.fingerprints.of(filesOf(context, tests), signal),
      scope.tools.of(tests.command, folderOf(context), environment.passed, signal),
    ]);
    return {
      ...fileInputs(fingerprints),
      ...environment.inputs,
      ...tools,
      command: JSON.stringify(tests.command),
      platform: scope.facts.platform,
    };
  },

  // A green result is the record itself: there is nothing else that could be gone.
  verify: () => Promise.resolve(true),

  async run(context) {
    const { service, scope, report, signal } = context;
    if (service.tests.kind !== 'command') {
      report.notice(`${service.name} declares that it has no tests; its proposal says so too.`);
      return { step: 'test', command: undefined, counts: undefined };
    }
    const { containers, files, processes, clock } = scope.ports;
    // Loading the engine's library and connecting takes a while that the tests leave to spare.
    if (scope.request.until !== 'test') containers.describe(signal).catch(() => undefined);
    const work = await workFolder(context);
    const reports = join(work, `${encodeURIComponent(service.name)}.test`);
    await files.makeFolder(reports);
    try {
      const folder = folderOf(context);
      const environment = environmentOf(context, service.tests).passed;
      const tests = instrumentTests(
        service.tests.command,
        { ...packageFacts(context), environment },
        join(reports, 'report'),
      );
      const output = createTestOutput(tests.report, report.output);
      const startedAt = clock.now();
      report.output(`$ ${service.tests.command.join(' ')}\n`);
      const { exitCode, signal: ended } = await processes.run(
        {
          command: tests.command,
          folder,
          environment: { ...environment, ...tests.environment },
          mark: work,
          onOutput: output.take,
        },
        signal,
      );
      output.end();
      const read = readReport(files, tests.report, output, folder, startedAt);
      return judge(context, tests, { exitCode, ended, report: read, tail: output.tail() });
    } finally {
      await files.remove(reports);
    }
  },
};

type CommandTests = Extract<TestPlan, { kind: 'command' }>;

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

function folderOf({ scope, service }: StepContext): string {
  return join(scope.opened.folder, service.folder);
}

function environmentOf({ scope }: StepContext, tests: CommandTests): ReturnType<typeof testEnvironment> {
  return testEnvironment(tests.environment, scope.ports.processes.environment, scope.keySecret);
}

/** The service's folder and what it declares beside it, as far as Git does not ignore it, and lock files above. */
function filesOf({ scope, service }: StepContext, tests: CommandTests): ReadonlySet<RepoPath> {
  const { files } = scope.opened.state;
  const paths = new Set(filesBelow(files, service.folder));
  for (const input of tests.inputs) {
    paths.add(input);
    for (const path of filesBelow(files, input)) paths.add(path);
  }
  const parts = service.folder.split('/');
  for (let depth = 0; depth < parts.length; depth += 1) {
    for (const name of lockFiles) paths.add([...parts.slice(0, depth), name].join('/'));
  }
  return paths;
}

function packageFacts(context: StepContext): {
  readonly packageJson?: { readonly scripts: Record<string, string> };
} {
  const text = context.scope.ports.files.readText(join(folderOf(context), 'package.json'));
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
