import assert from 'node:assert/strict';
import { type LocationHint, locateFailure } from '../../../../src/domain/testReports/failureLocation.ts';

function locate(stack: string, folder = '/repo/api', hint?: LocationHint): string {
  const found = locateFailure(stack, folder, hint);
  return found === undefined ? 'nowhere' : [found.file, found.line, found.column].filter(Boolean).join(':');
}

const frames: Readonly<Record<string, readonly [stack: string, place: string, folder?: string]>> = {
  'a function and a path': ['    at f (/repo/api/src/a.js:3:4)', 'src/a.js:3:4'],
  'a path alone': ['    at /repo/api/src/a.js:3:4', 'src/a.js:3:4'],
  'an async path alone': ['    at async /repo/api/src/a.js:3:4', 'src/a.js:3:4'],
  'a file URL with escapes': ['    at file:///repo/api/my%20src/%C3%A4.js:3:4', 'my src/ä.js:3:4'],
  'a file URL with a broken escape': ['    at file:///repo/api/100%.js:3:4', '100%.js:3:4'],
  'spaces in the path': ['    at f (/repo/my api/src/a b.js:3:4)', 'src/a b.js:3:4', '/repo/my api'],
  'a relative path': ['    at f (src/a.js:3:4)', 'src/a.js:3:4'],
  'a path with a leading dot': ['    at f (./src/a.js:3:4)', 'src/a.js:3:4'],
  "vitest's arrow": [' ❯ Object.f src/a.ts:3:4', 'src/a.ts:3:4'],
  'frames of Node.js and packages first': [
    'at x (node:internal/a:1:1)\nat y (/repo/api/node_modules/p/i.js:1:1)\nat z (/repo/api/src/a.js:3:4)',
    'src/a.js:3:4',
  ],
  'another folder': ['    at f (/repo/api2/src/a.js:3:4)', 'nowhere'],
  'code without a file': ['    at eval (<anonymous>:1:1)', 'nowhere'],
  'another scheme': ['    at f (webpack-internal:///./src/a.js:3:4)', 'nowhere'],
  'a parent folder': ['    at f (../shared/a.js:3:4)', 'nowhere'],
  'a trailing slash of the folder': ['    at f (/repo/api/src/a.js:3:4)', 'src/a.js:3:4', '/repo/api/'],
  'a Windows path': ['    at f (C:\\repo\\api\\src\\a.js:3:4)', 'src/a.js:3:4', 'C:\\repo\\api'],
  'a Windows drive in another case': ['    at c:\\repo\\api\\src\\a.js:3:4', 'src/a.js:3:4', 'C:\\repo\\api'],
  'a Windows file URL': ['    at f (file:///C:/repo/api/src/a.js:3:4)', 'src/a.js:3:4', 'C:\\repo\\api'],
  'a relative Windows path': ['    at f (src\\a.js:3:4)', 'src/a.js:3:4', 'C:\\repo\\api'],
  'a Python traceback': [
    '  File "/repo/api/t.py", line 3, in t\n  File "/repo/api/s.py", line 5, in s',
    's.py:5',
  ],
  'a Windows Python traceback': ['  File "C:\\repo\\api\\t.py", line 3', 't.py:3', 'C:\\repo\\api'],
  'a Python package': ['  File "/repo/api/.venv/lib/python3/site-packages/p.py", line 3', 'nowhere'],
  "pytest's way": ['tests/test_a.py:3: in test_a\n    f()\nsrc/a.py:7: ValueError', 'src/a.py:7'],
  'a Go stack': ['\t/usr/lib/go/src/testing/testing.go:14 +0x1\n\t/repo/api/a.go:3 +0x18', 'a.go:3'],
  'a Go compiler': ['./a.go:2:23: cannot use "a"', 'a.go:2:23'],
  'a Rust panic': ["thread 't' (1) panicked at src/lib.rs:10:9:", 'src/lib.rs:10:9'],
  'an old Rust panic': ["thread 't' panicked at 'a, b', src/lib.rs:10:9", 'src/lib.rs:10:9'],
  'no frame at all': ['expected 1 to be 2', 'nowhere'],
};

describe('locateFailure', () => {
  for (const [name, [stack, place, folder]] of Object.entries(frames)) {
    it(`reads ${name}`, () => assert.equal(locate(stack, folder), place));
  }

  it("prefers the test's file to the code it calls", () => {
    const stack = 'at f (/repo/api/src/a.js:3:4)\nat g (/repo/api/test/a.test.js:7:8)';
    assert.equal(locate(stack, '/repo/api', { file: '/repo/api/test/a.test.js' }), 'test/a.test.js:7:8');
  });

  it("finds the test's file with a space in vitest's frames", () => {
    assert.equal(locate(' ❯ f my test/a.ts:3:4', '/repo/api', { file: 'my test/a.ts' }), 'my test/a.ts:3:4');
  });

  it('prefers the module of a Python class', () => {
    const stack = '  File "/repo/api/tests/test_a.py", line 3\n  File "/repo/api/a.py", line 5';
    assert.equal(locate(stack, '/repo/api', { className: 'tests.test_a.ATest' }), 'tests/test_a.py:3');
  });

  it("puts a Java or Kotlin class in its conventional folder, and only the test's", () => {
    const stack = 'at org.junit.Assert.fail(Assert.java:9)\nat com.acme.AT$Inner.t(AT.kt:3)';
    assert.equal(
      locate(stack, '/repo/api', { className: 'com.acme.AT' }),
      'src/test/kotlin/com/acme/AT.kt:3',
    );
    assert.equal(locate(stack), 'nowhere');
  });

  it('puts a bare Go file in the folder of its package', () => {
    const stack = '    a_test.go:12: no';
    assert.equal(locate(stack, '/repo/api', { packageFolder: 'cart' }), 'cart/a_test.go:12');
    assert.equal(locate(stack, '/repo/api', { packageFolder: '' }), 'a_test.go:12');
    assert.equal(locate(stack), 'nowhere');
  });
});
