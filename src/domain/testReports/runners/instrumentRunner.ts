import type { TestRunner } from '../testRunner.ts';
import type { Reach } from './expandCommand.ts';
import type { RunnerCall } from './identifyRunner.ts';
import type { Instrumentation, RunnerSituation } from './instrumentation.ts';
import { instrumentGo, instrumentGotestsum } from './instrumentGo.ts';
import { instrumentJest } from './instrumentJest.ts';
import { instrumentNode } from './instrumentNode.ts';
import { instrumentPytest } from './instrumentPytest.ts';
import { instrumentVitest } from './instrumentVitest.ts';
import { readMochaOutput } from './readMochaOutput.ts';

const rules: Readonly<Record<TestRunner, (situation: RunnerSituation) => Instrumentation>> = {
  node: instrumentNode,
  vitest: instrumentVitest,
  jest: instrumentJest,
  mocha: readMochaOutput,
  pytest: instrumentPytest,
  unittest: () => ({ report: { from: 'stderr', format: 'unittest' } }),
  go: instrumentGo,
  gotestsum: instrumentGotestsum,
  cargo: () => ({ report: { from: 'stdout', format: 'cargo' } }),
  maven: () =>
    writtenAnyway('**/target/surefire-reports/TEST-*.xml', '**/target/failsafe-reports/TEST-*.xml'),
  gradle: () => writtenAnyway('**/build/test-results/*/TEST-*.xml'),
};

function writtenAnyway(...patterns: readonly string[]): Instrumentation {
  return { report: { from: 'files', patterns, format: 'junit' } };
}

export function instrumentRunner(
  call: RunnerCall,
  reach: Reach['kind'],
  reportFile: string,
  environment: RunnerSituation['environment'],
): Instrumentation {
  return rules[call.runner]({ words: call.words, reach, reportFile, environment });
}
