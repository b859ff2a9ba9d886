import assert from 'node:assert/strict';
import { readTestReport } from '../../../../src/domain/testReports/readTestReport.ts';
import {
  mergeTestReports,
  type ReportFormat,
  type TestReport,
} from '../../../../src/domain/testReports/testReport.ts';
import { context, readFixture, summarize, summarizeReport } from './reportFixture.ts';

const read = (format: ReportFormat, text: string) => readTestReport(format, text, context);

const junit = (body: string) =>
  read('junit', `<testsuites><testsuite name="s">${body}</testsuite></testsuites>`);

const onlyMessage = (report: TestReport) => report.failures[0]?.message;

describe('a report that stops early', () => {
  const streamed: readonly [string, ReportFormat][] = [
    ['node24.junit.xml', 'junit'],
    ['vitest.junit.xml', 'junit'],
    ['surefire.junit.xml', 'junit'],
    ['go.jsonl', 'go-json'],
    ['node24.tap', 'tap'],
    ['cargo.txt', 'cargo'],
    ['unittest.txt', 'unittest'],
    ['mocha.txt', 'mocha'],
    ['jest.json', 'jest-json'],
  ];
  for (const [file, format] of streamed) {
    it(`is read as far as it goes, wherever ${file} is cut`, () => {
      const text = readFixture(file);
      const { total } = read(format, text);
      for (let length = 0; length < text.length; length += 7) {
        const cut = read(format, text.slice(0, length));
        assert.ok(cut.total <= total, `${cut.total} tests in the first ${length} characters`);
        assert.equal(cut.total, cut.passed + cut.failed + cut.skipped);
      }
      assert.equal(read(format, text.slice(0, text.length / 2)).complete, false);
    });
  }

  it('keeps the tests before the cut', () => {
    const text = readFixture('node24.junit.xml');
    assert.deepEqual(summarize('junit', text.slice(0, text.indexOf('<testsuite name="parent"'))), [
      '6 = 1 passed + 3 failed + 2 skipped, incomplete: ' +
        'The test report ends too early: the run was probably stopped.',
      'test/broken.test.js @ test/broken.test.js: test failed',
      'cart > with <discount> & "tax" > subtracts it @ test/cart.test.js:9:14: Expected values to be strictly equal:',
      'cart > with <discount> & "tax" > fails in the source @ test/cart.test.js:12:7: ' +
        "Cannot read properties of undefined (reading 'price')",
    ]);
  });

  it('is incomplete when there is nothing of it', () => {
    for (const format of ['junit', 'jest-json', 'tap', 'go-json', 'mocha', 'unittest', 'cargo'] as const) {
      const { total, complete, problems } = read(format, '');
      assert.deepEqual([total, complete, problems.length], [0, false, 1], format);
    }
  });
});

describe('a JUnit report', () => {
  it('does not expand the entities a document declares', () => {
    const bomb = ['<!DOCTYPE t [<!ENTITY a0 "ha">'];
    for (let level = 1; level < 40; level++)
      bomb.push(`<!ENTITY a${level} "&a${level - 1};&a${level - 1};">`);
    const text = `${bomb.join('')}]><testsuite><testcase name="x"><failure>&a39;</failure></testcase></testsuite>`;
    assert.ok((onlyMessage(read('junit', text)) ?? '').length < 10);
  });

  it('loses its escape sequences and control characters', () => {
    const report = junit(
      '<testcase name="x"><failure message="a\u001b[31mred\u001b[0m\u0000#x1B[1m!"/></testcase>',
    );
    assert.equal(onlyMessage(report), 'ared!');
  });

  it('counts a test once however often it failed', () => {
    const report = junit('<testcase name="x"><failure message="first"/><error message="second"/></testcase>');
    assert.deepEqual(summarizeReport(report), ['1 = 0 passed + 1 failed + 0 skipped', 'x @ ?: first']);
  });

  it('counts a test that passed on a later attempt as passed', () => {
    const report = junit('<testcase name="x"><flakyFailure message="first"/></testcase>');
    assert.deepEqual(summarizeReport(report), ['1 = 1 passed + 0 failed + 0 skipped']);
  });

  it('counts what failed in a suite outside its tests', () => {
    const report = junit('<testcase name="x"/><error message="no database"/>');
    assert.deepEqual(summarizeReport(report), ['2 = 1 passed + 1 failed + 0 skipped', 's @ ?: no database']);
  });

  it('takes file and line from attributes for want of a stack', () => {
    const attributes = 'name="x" file="/repo/services/api/test/a.test.js" line="7"';
    const report = junit(`<testcase ${attributes}><failure message="m"/></testcase>`);
    assert.deepEqual(summarizeReport(report).slice(1), ['x @ test/a.test.js:7: m']);
  });

  it('takes the position of the error, not of what node:test wraps it in', () => {
    const wrapper =
      '[Error [ERR_TEST_FAILURE]: m\n    at helper (/repo/services/api/a.js:1:1)\n    at b (node:x:1:1) {';
    const cause = '\n  cause: Error: m\n      at t (/repo/services/api/a.js:2:2)\n}';
    const report = junit(`<testcase name="x"><failure message="m">${wrapper}${cause}</failure></testcase>`);
    assert.deepEqual(summarizeReport(report).slice(1), ['x @ a.js:2:2: m']);
  });

  it('ignores what a test printed', () => {
    const printed =
      '<system-out><![CDATA[<testcase name="y"/>at x (/repo/services/api/a.js:1:1)]]></system-out>';
    const report = junit(`<testcase name="x">${printed}<failure message="m"/></testcase>`);
    assert.deepEqual(summarizeReport(report), ['1 = 0 passed + 1 failed + 0 skipped', 'x @ ?: m']);
  });
});

describe('a TAP report', () => {
  it('is incomplete when its plan is not kept', () => {
    assert.equal(
      summarize('tap', '1..3\nok 1 - a\nok 2 - b\n')[0]?.split(':')[0],
      '2 = 2 passed + 0 failed + 0 skipped, incomplete',
    );
  });

  it('says why the run bailed out', () => {
    const [counts] = summarize('tap', '1..3\nok 1 - a\nBail out! no database\n');
    assert.equal(counts, '1 = 1 passed + 0 failed + 0 skipped, incomplete: The run bailed out: no database');
  });

  it('does not take a number sign in a name for a directive', () => {
    const text = '1..2\nnot ok 1 - fixes \\# TODO list\nok 2 - issue #12 # SKIP later\n';
    assert.deepEqual(summarize('tap', text), [
      '2 = 0 passed + 1 failed + 1 skipped',
      'fixes # TODO list @ ?: ',
    ]);
  });

  it('counts a parent that fails though its subtests pass', () => {
    const text = '# Subtest: p\n    ok 1 - c\n    1..1\nnot ok 1 - p\n  ---\n  error: hook\n  ...\n1..1\n';
    assert.deepEqual(summarize('tap', text), ['2 = 1 passed + 1 failed + 0 skipped', 'p @ ?: hook']);
  });

  it('survives a hostile YAML block', () => {
    const bomb = ['a0: &a0 [x]'];
    for (let level = 1; level < 30; level++)
      bomb.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`);
    const block = [...bomb, 'error: *a29', '? {', '!!js/function x'].map((line) => `  ${line}`);
    const text = ['not ok 1 - x', '  ---', ...block, '  ...', '1..1'].join('\n');
    assert.deepEqual(summarize('tap', text), ['1 = 0 passed + 1 failed + 0 skipped', 'x @ ?: ']);
  });

  it('is found among other lines', () => {
    const text = '> api@1.0.0 test\n> tape\n\nlistening\nok 1 a\nok then\n# tests 1\n\n1..1\n';
    assert.deepEqual(summarize('tap', text), ['1 = 1 passed + 0 failed + 0 skipped']);
  });
});

describe('a report of go test', () => {
  const event = (action: string, test?: string, output?: string) =>
    JSON.stringify({ Action: action, Package: 'example.com/shop/api', Test: test, Output: output });

  it('counts a package that fails though its tests pass', () => {
    const text = [event('pass', 'TestA'), event('output', undefined, 'exit status 3\n'), event('fail')].join(
      '\n',
    );
    assert.deepEqual(summarize('go-json', text), [
      '2 = 1 passed + 1 failed + 0 skipped',
      'example.com/shop/api @ ?: exit status 3',
    ]);
  });

  it('has no file where the import path of the folder is not known', () => {
    const text = [
      event('output', 'TestA', '    a_test.go:3: no\n'),
      event('fail', 'TestA'),
      event('fail'),
    ].join('\n');
    const [failure] = readTestReport('go-json', text, { folder: '/repo' }).failures;
    assert.deepEqual(failure, { name: 'example.com/shop/api > TestA', message: 'no' });
  });
});

describe('a report of mocha', () => {
  it('takes a numbered list in a message for text', () => {
    const text =
      '  0 passing (1ms)\n  1 failing\n\n  1) a:\n     Error: steps\n  1) one\n  2) two\n      at x (a.js:1:2)\n';
    const [failure] = read('mocha', text).failures;
    assert.deepEqual([failure?.message, failure?.line], ['Error: steps\n  1) one\n  2) two', 1]);
  });

  it('adds up several runs in one output', () => {
    const text = '  2 passing (1ms)\n\n  3 passing (2s)\n  1 pending\n';
    assert.deepEqual(summarize('mocha', text), ['6 = 5 passed + 0 failed + 1 skipped']);
  });
});

describe('a report of cargo', () => {
  it('is incomplete when a test binary did not end', () => {
    const text =
      'running 1 test\ntest result: ok. 1 passed; 0 failed; 0 ignored;\n\nrunning 2 tests\ntest a ... ok\n';
    const [counts] = summarize('cargo', text);
    assert.equal(
      counts,
      '1 = 1 passed + 0 failed + 0 skipped, incomplete: Not every test binary of cargo ended.',
    );
  });
});

describe('limits', () => {
  it('lists at most 500 failures and counts all', () => {
    const report = junit('<testcase name="x"><failure message="m"/></testcase>'.repeat(501));
    assert.deepEqual([report.failed, report.failures.length, report.complete], [501, 500, true]);
    assert.equal(report.problems[0]?.message, 'Only the first 500 of 501 failures are listed.');
  });

  it('cuts a message at 4,000 characters', () => {
    const report = junit(`<testcase name="x"><failure message="${'m'.repeat(5000)}"/></testcase>`);
    assert.equal(onlyMessage(report)?.length, 4000);
    assert.ok(onlyMessage(report)?.endsWith('m…'));
  });

  it('reads text made to be slow in a moment', function () {
    this.timeout(5000);
    const slow = [
      ' '.repeat(300_000),
      '\n'.repeat(300_000),
      '::1:1'.repeat(60_000),
      'File "'.repeat(50_000),
      '('.repeat(300_000),
    ];
    for (const text of slow) {
      junit(`<testcase name="x"><failure message="m">${text}x</failure></testcase>`);
      for (const format of ['tap', 'mocha', 'unittest', 'cargo', 'go-json'] as const) read(format, text);
    }
  });
});

describe('mergeTestReports', () => {
  it('adds up and stays incomplete when one of them is', () => {
    const whole = read('junit', readFixture('surefire.junit.xml'));
    const merged = mergeTestReports([whole, read('junit', '<testsuite><testcase name="x"/>')]);
    assert.deepEqual([merged.total, merged.failures.length, merged.complete], [5, 2, false]);
  });
});
