import { join } from 'node:path';
import type { TestOutput } from '../../domain/runs/stepOutput.ts';
import { filesBelow } from '../../domain/workspace/filesBelow.ts';
import type { RepoPath, TestPlan } from '../../domain/workspace/service.ts';
import { fileInputs } from '../keys/contentKey.ts';
import type { Step, StepContext } from './step.ts';

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

  async inputs(context, look) {
    const tests = context.service.tests;
    if (tests.kind !== 'command') return { command: tests.kind };
    const { scope, signal } = context;
    const environment = scope.testEnvironment(tests.environment);
    return {
      ...environment.inputs,
      ...(await scope.tools.of(tests.command, folderOf(context), environment.passed, look, signal)),
      command: JSON.stringify(tests.command),
      platform: scope.facts.platform,
    };
  },

  files: {
    selection: ({ service: { folder, tests } }) =>
      tests.kind === 'command' ? JSON.stringify([folder, ...tests.inputs]) : '',
    async read(context, look) {
      const { scope, service, signal } = context;
      if (service.tests.kind !== 'command') return { inputs: {}, asked: [] };
      const paths = filesOf(context, service.tests);
      return { inputs: fileInputs(await scope.fingerprints.of(paths, look, signal)), asked: [...paths] };
    },
  },

  // A green result is the record itself: there is nothing else that could be gone.
  verify: () => Promise.resolve(true),

  async run(context) {
    // Runners' reports need parsers, which only a run of tests is worth loading.
    const { runTests } = await import('./runTests.ts');
    const { scope, service } = context;
    const { tests } = service;
    const passed = tests.kind === 'command' ? scope.testEnvironment(tests.environment).passed : {};
    return runTests(context, folderOf(context), passed);
  },
};

type CommandTests = Extract<TestPlan, { kind: 'command' }>;

function folderOf({ scope, service }: StepContext): string {
  return join(scope.opened.folder, service.folder);
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
