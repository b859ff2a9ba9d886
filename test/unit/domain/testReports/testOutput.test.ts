import assert from 'node:assert/strict';
import { formatGoTestLine } from '../../../../src/domain/testReports/formatGoTestLine.ts';
import { foundNoTests } from '../../../../src/domain/testReports/foundNoTests.ts';
import { readTestReport } from '../../../../src/domain/testReports/readTestReport.ts';
import { recogniseTestOutput } from '../../../../src/domain/testReports/recogniseTestOutput.ts';
import type { TestRunner } from '../../../../src/domain/testReports/testRunner.ts';
import { context, readFixture } from './reportFixture.ts';

const empty = readTestReport('junit', '<testsuites></testsuites>', context);
const torn = readTestReport('junit', '<testsuites>', context);
const full = readTestReport('junit', readFixture('surefire.junit.xml'), context);

describe('foundNoTests', () => {
  const messages: readonly [TestRunner | undefined, number, string][] = [
    ['vitest', 1, '\u001b[31mNo test files found, exiting with code 1\n'],
    ['jest', 1, 'No tests found, exiting with code 1\nRun with `--passWithNoTests`'],
    ['mocha', 1, 'Error: No test files found: "test"\n'],
    ['pytest', 5, ''],
    ['unittest', 5, ''],
    ['node', 1, "Could not find '/repo/test/*.js'\n"],
    ['maven', 0, '[INFO] No tests to run.\n'],
    [undefined, 1, '\n> echo "Error: no test specified" && exit 1\n\nError: no test specified\n'],
    [undefined, 1, 'npm error Missing script: "test"\n'],
    [undefined, 1, 'npm ERR! Missing script: "test"\n'],
  ];
  for (const [runner, exitCode, output] of messages) {
    it(`knows ${runner ?? 'npm'} with exit code ${exitCode}: ${JSON.stringify(output.slice(0, 40))}`, () => {
      assert.equal(foundNoTests(runner, exitCode, undefined, output), true);
    });
  }

  it('believes a complete report without tests of a command that succeeded', () => {
    assert.equal(foundNoTests('node', 0, empty, ''), true);
    assert.equal(foundNoTests(undefined, 0, empty, ''), true);
  });

  it('does not take a failure before the first test for their absence', () => {
    assert.equal(foundNoTests('node', 1, empty, 'Error: Cannot find module'), false);
    assert.equal(foundNoTests('node', 0, torn, ''), false);
    assert.equal(foundNoTests('pytest', undefined, empty, ''), false);
  });

  it('believes a report with tests more than the output', () => {
    assert.equal(foundNoTests('pytest', 5, full, 'no tests ran'), false);
    assert.equal(foundNoTests('jest', 1, full, 'No tests found, exiting with code 1'), false);
  });

  it('says nothing of an unknown command that only succeeded', () => {
    assert.equal(foundNoTests(undefined, 0, undefined, 'all good'), false);
  });
});

describe('recogniseTestOutput', () => {
  const outputs = {
    'node24.tap': 'tap',
    'mocha.tap': 'tap',
    'mocha.txt': 'mocha',
    'unittest.txt': 'unittest',
    'cargo.txt': 'cargo',
    'go.jsonl': 'go-json',
    'surefire.junit.xml': undefined,
  };
  for (const [file, format] of Object.entries(outputs)) {
    it(`takes ${file} for ${format ?? 'nothing it knows'}`, () => {
      assert.equal(recogniseTestOutput(`> api@1.0.0 test\n\n${readFixture(file)}`), format);
    });
  }

  it('needs a plan to take lines for TAP', () => {
    assert.equal(recogniseTestOutput('ok 1 done\n'), undefined);
    assert.equal(recogniseTestOutput('ok 1 done\n1..1\n'), 'tap');
  });
});

describe('formatGoTestLine', () => {
  const display = (verbose: boolean) =>
    readFixture('go.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => formatGoTestLine(line, verbose))
      .join('');

  it('shows what go test shows', () => {
    assert.deepEqual(display(false).split('\n').slice(0, 8), [
      'FAIL\texample.com/shop/api/bad [build failed]',
      '    cart_test.go:5: fine',
      '    cart_test.go:9: got 1,',
      '        want 2',
      '--- FAIL: TestSubtracts (0.00s)',
      '    --- FAIL: TestSubtracts/with_tax (0.00s)',
      '    cart_test.go:14: later',
      '--- FAIL: TestZPanics (0.00s)',
    ]);
  });

  it('shows all of it when asked for', () => {
    assert.match(display(true), /^=== RUN {3}TestAdds\n {4}cart_test\.go:5: fine\n--- PASS: TestAdds/m);
  });

  it('shows lines that are no events as they are', () => {
    assert.equal(formatGoTestLine('{"a":1}', false), '{"a":1}\n');
    assert.equal(formatGoTestLine('{torn', false), '{torn\n');
  });
});
