import assert from 'node:assert/strict';
import type { ReportFormat } from '../../../../src/domain/testReports/testReport.ts';
import { readFixture, summarize } from './reportFixture.ts';

const nodeTap = [
  '10 = 2 passed + 5 failed + 3 skipped',
  'test/broken.test.js @ test/broken.test.js:1:1: test failed',
  'cart > with <discount> & "tax" > subtracts it @ test/cart.test.js:9:14: Expected values to be strictly equal:',
  'cart > with <discount> & "tax" > fails in the source @ test/cart.test.js:12:7: Cannot read properties of undefined (reading \'price\')',
  'parent > child fails @ test/cart.test.js:21:44: Expected values to be strictly deep-equal:',
  'rejects @ test/cart.test.js:25:24: red reason',
];

/** Reports as the runners wrote them; gotestsum's, and Go's events for a failed build, follow their documentation. */
const recorded: Readonly<Record<string, readonly [ReportFormat, ...string[]]>> = {
  'cargo.txt': [
    'cargo',
    '6 = 2 passed + 3 failed + 1 skipped',
    'tests::returns_an_error @ ?: Error: "refused"',
    'tests::fails_in_the_source @ src/lib.rs:2:5: index out of bounds: the len is 0 but the index is 0',
    'tests::subtracts @ src/lib.rs:17:9: assertion `left == right` failed: with tax',
  ],
  'go-build-events.jsonl': [
    'go-json',
    '1 = 0 passed + 1 failed + 0 skipped',
    'example.com/shop/api/bad @ bad/bad.go:2:23: bad/bad.go:2:23: cannot use "a" (untyped string constant) as int value in return statement',
  ],
  'go.jsonl': [
    'go-json',
    '6 = 2 passed + 3 failed + 1 skipped',
    'example.com/shop/api/bad @ ?: [build failed]',
    'example.com/shop/api/cart > TestSubtracts > with_tax @ cart/cart_test.go:9: got 1,',
    'example.com/shop/api/cart > TestZPanics @ cart/cart.go:3: panic: runtime error: index out of range [0] with length 0 [recovered]',
  ],
  'gotestsum.junit.xml': [
    'junit',
    '3 = 1 passed + 1 failed + 1 skipped',
    'example.com/shop/api/cart > TestSubtracts/with_tax @ cart/cart_test.go:9: got 1,',
  ],
  'jest-empty.json': ['jest-json', '0 = 0 passed + 0 failed + 0 skipped'],
  'jest-junit.xml': [
    'junit',
    '6 = 2 passed + 3 failed + 1 skipped',
    'cart with <discount> & "tax" subtracts it @ jt/cart.test.js:7:24: Error: expect(received).toEqual(expected) // deep equality',
    'cart with <discount> & "tax" fails in the source @ src/cart.cjs:1:37: TypeError: Cannot read properties of undefined (reading \'price\')',
    'times out @ jt/cart.test.js:16:1: Error: thrown: "Exceeded timeout of 50 ms for a test.',
  ],
  'jest.json': [
    'jest-json',
    '7 = 1 passed + 4 failed + 2 skipped',
    'cart > with <discount> & "tax" > subtracts it @ jt/cart.test.js:7:24: Error: expect(received).toEqual(expected) // deep equality',
    'cart > with <discount> & "tax" > fails in the source @ jt/cart.test.js:10:12: TypeError: Cannot read properties of undefined (reading \'price\')',
    'times out @ jt/cart.test.js:16:1: Error: thrown: "Exceeded timeout of 50 ms for a test.',
    'jt/broken.test.js @ jt/broken.test.js:2:1: Jest encountered an unexpected token',
  ],
  'mocha.junit.xml': [
    'junit',
    '7 = 1 passed + 4 failed + 2 skipped',
    'times out @ mt/cart.test.cjs: Timeout of 30ms exceeded. For async tests and hooks, ensure "done()" is called; if returning a Promise, ensure it resolves. (/repo/services/api/mt/cart.test.cjs)',
    'cart with <discount> & "tax" > subtracts it @ mt/cart.test.cjs:7:14: Expected values to be strictly deep-equal:',
    'cart with <discount> & "tax" > fails in the source @ mt/cart.test.cjs:10:12: Cannot read properties of undefined (reading \'price\')',
    'hooks > "before all" hook: open the database for "never runs" @ mt/cart.test.cjs:18:11: refused',
  ],
  'mocha.tap': [
    'tap',
    '7 = 1 passed + 4 failed + 2 skipped',
    'times out @ ?: Timeout of 30ms exceeded. For async tests and hooks, ensure "done()" is called; if returning a Promise, ensure it resolves. (/repo/services/api/mt/cart.test.cjs)',
    'cart with <discount> & "tax" subtracts it @ mt/cart.test.cjs:7:14: Expected values to be strictly deep-equal:',
    'cart with <discount> & "tax" fails in the source @ src/cart.cjs:1:37: Cannot read properties of undefined (reading \'price\')',
    'hooks "before all" hook: open the database for "never runs" @ mt/cart.test.cjs:18:11: refused',
  ],
  'mocha.txt': [
    'mocha',
    '7 = 1 passed + 4 failed + 2 skipped',
    'times out @ mt/cart.test.cjs: Error: Timeout of 30ms exceeded. For async tests and hooks, ensure "done()" is called; if returning a Promise, ensure it resolves. (/repo/services/api/mt/cart.test.cjs)',
    'cart > with <discount> & "tax" > subtracts it @ mt/cart.test.cjs:7:14: AssertionError [ERR_ASSERTION]: Expected values to be strictly deep-equal:',
    'cart > with <discount> & "tax" > fails in the source @ src/cart.cjs:1:37: TypeError: Cannot read properties of undefined (reading \'price\')',
    'hooks > "before all" hook: open the database for "never runs" @ mt/cart.test.cjs:18:11: Error: refused',
  ],
  'node-empty.junit.xml': ['junit', '0 = 0 passed + 0 failed + 0 skipped'],
  'node20.junit.xml': [
    'junit',
    '10 = 2 passed + 5 failed + 3 skipped',
    'test/broken.test.js @ test/broken.test.js: test failed',
    'cart > with <discount> & "tax" > subtracts it @ test/cart.test.js:9:14: Expected values to be strictly equal:',
    'cart > with <discount> & "tax" > fails in the source @ src/cart.js:5:19: Cannot read properties of undefined (reading \'price\')',
    'parent > child fails @ test/cart.test.js:21:44: Expected values to be strictly deep-equal:',
    'rejects @ test/cart.test.js:25:24: red reason',
  ],
  'node20.tap': ['tap', ...nodeTap],
  'node24.junit.xml': [
    'junit',
    '10 = 2 passed + 5 failed + 3 skipped',
    'test/broken.test.js @ test/broken.test.js: test failed',
    'cart > with <discount> & "tax" > subtracts it @ test/cart.test.js:9:14: Expected values to be strictly equal:',
    'cart > with <discount> & "tax" > fails in the source @ test/cart.test.js:12:7: Cannot read properties of undefined (reading \'price\')',
    'parent > child fails @ test/cart.test.js:21:44: Expected values to be strictly deep-equal:',
    'rejects @ test/cart.test.js:25:24: red reason',
  ],
  'node24.tap': ['tap', ...nodeTap],
  'pytest-collection.junit.xml': [
    'junit',
    '1 = 0 passed + 1 failed + 0 skipped',
    'tests.test_broken @ tests/test_broken.py:1:   File "/repo/services/api/tests/test_broken.py", line 1',
  ],
  'pytest-short.junit.xml': [
    'junit',
    '5 = 1 passed + 3 failed + 1 skipped',
    'tests.test_plain > test_even[1] @ tests/test_plain.py:11: AssertionError: n < 2 & odd',
    'tests.test_plain > test_database @ tests/test_plain.py:6: failed on setup with "RuntimeError: refused"',
    'tests.test_plain.TestGroup > test_in_class @ tests/test_plain.py:27: IndexError: list index out of range',
  ],
  'pytest.junit.xml': [
    'junit',
    '12 = 2 passed + 7 failed + 3 skipped',
    'tests.test_cart.CartTest > test_source @ tests/test_cart.py:16: IndexError: list index out of range',
    'tests.test_cart.CartTest > test_sub @ tests/test_cart.py:29: AssertionError: 1 == 1',
    "tests.test_cart.CartTest > test_subtracts @ tests/test_cart.py:13: AssertionError: {'a': 1} != {'a': 2}",
    'tests.test_cart.Broken > test_never @ tests/test_cart.py:35: failed on setup with "RuntimeError: no database"',
    'tests.test_plain > test_even[1] @ tests/test_plain.py:11: AssertionError: n < 2 & odd',
    'tests.test_plain > test_database @ tests/test_plain.py:6: failed on setup with "RuntimeError: refused"',
    'tests.test_plain.TestGroup > test_in_class @ tests/test_plain.py:27: IndexError: list index out of range',
  ],
  'surefire.junit.xml': [
    'junit',
    '4 = 1 passed + 2 failed + 1 skipped',
    'com.acme.CartTest > subtracts @ src/test/java/com/acme/CartTest.java:17: with <tax> ==> expected: <1> but was: <2>',
    'com.acme.CartTest > throwsInTheSource @ src/test/java/com/acme/CartTest.java:22: For input string: "x"',
  ],
  'unittest.txt': [
    'unittest',
    '8 = 1 passed + 5 failed + 2 skipped',
    'tests.test_broken @ tests/test_broken.py:1: SyntaxError: invalid syntax',
    'tests.test_cart.Broken > setUpClass @ tests/test_cart.py:35: RuntimeError: no database',
    'tests.test_cart.CartTest > test_source @ tests/test_cart.py:16: IndexError: list index out of range',
    'tests.test_cart.CartTest > test_sub (n=1) @ tests/test_cart.py:29: AssertionError: 1 == 1',
    "tests.test_cart.CartTest > test_subtracts @ tests/test_cart.py:13: AssertionError: {'a': 1} != {'a': 2}",
  ],
  'vitest-empty.junit.xml': ['junit', '0 = 0 passed + 0 failed + 0 skipped'],
  'vitest.junit.xml': [
    'junit',
    '7 = 1 passed + 4 failed + 2 skipped',
    'vt/broken.test.js @ vt/broken.test.js:1: Failed to parse source for import analysis because the content contains invalid JS syntax. If you are using JSX, make sure to name the file with the .jsx or .tsx extension.',
    'cart > with <discount> & "tax" > subtracts it @ vt/cart.test.js:7:24: expected { a: 1 } to deeply equal { a: 2 }',
    'cart > with <discount> & "tax" > fails in the source @ vt/cart.test.js:10:12: Cannot read properties of undefined (reading \'price\')',
    'times out @ vt/cart.test.js:16:1: Test timed out in 50ms.',
  ],
};

describe('readTestReport', () => {
  for (const [file, [format, ...expected]] of Object.entries(recorded)) {
    it(`reads ${file}`, () => {
      assert.deepEqual(summarize(format, readFixture(file)), expected);
    });

    it(`reads ${file} with Windows line endings alike`, () => {
      const text = readFixture(file).replaceAll('\n', '\r\n');
      assert.deepEqual(summarize(format, text), expected);
    });
  }
});
