import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readDockerignore } from '../../../../src/domain/dockerignore/readDockerignore.ts';

function checkExcluded(text: string, path: string, excluded: boolean) {
  it(`${JSON.stringify(text)} ${excluded ? 'leaves out' : 'sends'} ${JSON.stringify(path)}`, () => {
    assert.equal(!readDockerignore(text).includes(path), excluded);
  });
}

/** Published cases of moby/patternmatcher, without those whose path ends in a slash. */
const publishedCases: readonly (readonly [pattern: string, path: string, excluded: boolean])[] = [
  ['**', 'file', true],
  ['**/', 'file', true],
  ['**', 'dir/file', true],
  ['**/', 'dir/file', true],
  ['**/**', 'dir/file', true],
  ['dir/**', 'dir/file', true],
  ['dir/**', 'dir/dir2/file', true],
  ['**/dir', 'dir', true],
  ['**/dir', 'dir/file', true],
  ['**/dir2/*', 'dir/dir2/file', true],
  ['**/dir2/**', 'dir/dir2/dir3/file', true],
  ['**file', 'file', true],
  ['**file', 'dir/file', true],
  ['**/file', 'dir/file', true],
  ['**file', 'dir/dir/file', true],
  ['**/file*', 'dir/dir/file.txt', true],
  ['**/file*.txt*', 'dir/dir/file.txt', true],
  ['**/**/*.txt', 'dir/dir/file.txt', true],
  ['**/**/*.txt2', 'dir/dir/file.txt', false],
  ['**/*.txt', 'file.txt', true],
  ['**/**/*.txt', 'file.txt', true],
  ['a**/*.txt', 'a/file.txt', true],
  ['a**/*.txt', 'a/dir/dir/file.txt', true],
  ['a/*.txt', 'a/dir/file.txt', false],
  ['a/*.txt', 'a/file.txt', true],
  ['a/*.txt**', 'a/file.txt', true],
  ['a[b-d]e', 'ae', false],
  ['a[b-d]e', 'ace', true],
  ['a[b-d]e', 'aae', false],
  ['a[^b-d]e', 'aze', true],
  ['.*', '.foo', true],
  ['.*', 'foo', false],
  ['abc.def', 'abcdef', false],
  ['abc.def', 'abc.def', true],
  ['abc?def', 'abcZdef', true],
  ['abc?def', 'abcdef', false],
  ['**/foo/bar', 'foo/bar', true],
  ['**/foo/bar', 'dir/dir2/foo/bar', true],
  ['abc/**', 'abc', false],
  ['abc/**', 'abc/def/ghi', true],
  ['**/.foo', '.foo', true],
  ['**/.foo', 'bar.foo', false],
  ['a(b)c/def', 'a(b)c/def', true],
  ['a.|)$(}+{bc', 'a.|)$(}+{bc', true],
  ['dist/*.whl', 'dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl', true],
  ['**\n!util/docker/web', 'util/docker/web/foo', false],
  ['**\n!util/docker/web\nutil/docker/web/foo', 'util/docker/web/foo', true],
  ['**\n!dist/*.whl', 'dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl', false],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'ab', false],
  ['a*', 'ab/c', true],
  ['a*/b', 'a/c/b', false],
  ['a*b?c*x', 'abxbbxdbxebxczzx', true],
  ['a*b?c*x', 'abxbbxdbxebxczzy', false],
  ['a?b', 'a☺b', true],
  ['a???b', 'a☺b', false],
  ['[a-ζ]*', 'α', true],
  ['*[a-ζ]', 'A', false],
  ['a?b', 'a/b', false],
  ['[\\]a]', ']', true],
  ['[x\\-]', '-', true],
  ['[x\\-]', 'z', false],
  ['[\\-x]', 'a', false],
  ['*x', 'xxx', true],
];

const ownCases: typeof publishedCases = [
  ['docs\n!docs/README.md', 'docs/README.md', false],
  ['docs\n!docs/README.md', 'docs/other.md', true],
  ['docs/\n!docs/README.md', 'docs/README.md', false],
  ['!docs/README.md\n*.md', 'docs/README.md', false],
  ['!file.go\n*.go', 'file.go', true],
  ['/build', 'build/x', true],
  ['/build', 'src/build', false],
  ['./build/../out/', 'out/x', true],
  ['# comment\n #notcomment', '#notcomment', true],
  ['  spaced  ', 'spaced', true],
  ['\uFEFFfirst', 'first', true],
  ['a\r\nb\r\n', 'b', true],
  ['README', 'readme', false],
  ['**file', 'dir/myfile', true],
  ['**/file', 'dir/myfile', false],
  ['constructor', 'other', false],
  ['x', 'constructor', false],
  ['*\n!*/keep', 'dir/keep', false],
  ['*\n!*/keep', 'dir/drop', true],
  // A negation that could not change the folder's own answer is not handed down to its content.
  ['a/*\n!a', 'a/x', true],
  ['! docs', 'docs', false],
];

describe('readDockerignore', () => {
  for (const [text, path, excluded] of [...publishedCases, ...ownCases]) checkExcluded(text, path, excluded);

  for (const text of ['!', '!/', '[', '[]a]', '[x-]', 'a[', '\\', '[^bc', '[-x]', '[a-b-c]']) {
    it(`names the line of the malformed pattern ${JSON.stringify(text)}`, () => {
      const { problems } = readDockerignore(`ok\n${text}\n`);
      assert.deepEqual(
        problems.map(({ at }) => at?.line),
        [2],
      );
    });
  }

  it('skips an excluded folder when nothing below it is taken back', () => {
    const filter = readDockerignore('node_modules\n!src/keep');
    assert.equal(filter.canSkipFolder('node_modules'), true);
    assert.equal(filter.canSkipFolder('src'), false);
  });

  it('reads an excluded folder when something below it may be taken back', () => {
    for (const negation of ['!**/keep', '!a/b/c', '!*/b/keep', '!a/**', '!a'])
      assert.equal(readDockerignore(`*\na/**\n${negation}`).canSkipFolder('a/b'), false, negation);
    assert.equal(readDockerignore('*\n!a/x').canSkipFolder('a/b'), true);
  });
});
