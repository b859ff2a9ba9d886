import assert from 'node:assert/strict';
import { readOptIns, writeOptIns } from '../../../../src/domain/locality/optIns.ts';

const authority = 'a'.repeat(64);
const entry = `  - {server: "https://127.0.0.1:6443", authority: ${authority}, context: lab}\n`;

function check(text: string, ...expected: readonly string[]): void {
  const { optIns, problems } = readOptIns(text, 'f.yaml');
  assert.deepEqual(
    problems.map(({ message, at }) => `${at?.line}:${at?.column} ${message}`),
    expected,
  );
  assert.equal(optIns === undefined, expected.length > 0);
}

describe('the file of declared clusters', () => {
  it('reads what it wrote', () => {
    for (const optIns of [
      [],
      [
        { server: 'https://127.0.0.1:6443', authority, context: 'lab: "the" #1' },
        { server: 'https://[::1]:6443/path', authority: '0'.repeat(64), context: 'gröbner' },
      ],
    ]) {
      assert.deepEqual(readOptIns(writeOptIns(optIns), 'f.yaml'), { optIns, problems: [] });
    }
  });

  it('declares nothing when it is empty', () => {
    for (const text of ['', '# nothing\n', 'clusters: []\n'])
      assert.deepEqual(readOptIns(text, 'f.yaml').optIns, []);
  });

  it('is void as a whole when one word is not understood, and says where', () => {
    check('clusters:\n  - lab\n', '2:5 clusters[0] must be a mapping with server, authority, context.');
    check('- lab\n', '1:1 The file must be a mapping with clusters.');
    check('clusters: {a: 1}\n', '1:11 clusters must be a list.');
    check(`cluster: []\nclusters:\n${entry}`, '1:1 Unknown key "cluster". Allowed: clusters.');
    check(
      `clusters:\n${entry}  - server: https://127.0.0.1:1\n    authority: ${authority}\n    context: x\n    trust: all\n`,
      '6:5 Unknown key "trust". Allowed: server, authority, context.',
    );
    check('clusters: []\n---\nclusters: []\n', '3:1 The file holds more than one YAML document.');
    check(
      'clusters: [\n',
      '2:1 Flow sequence in block collection must be sufficiently indented and end with a ].',
    );
  });

  it('takes no address or authority that could mean several', () => {
    for (const server of ['http://127.0.0.1:6443', 'https://user@127.0.0.1', 'https://a b', '*'])
      check(
        entry.replace('https://127.0.0.1:6443', server).replace('  -', 'clusters:\n  -'),
        '2:14 clusters[0].server must be an https address without a user.',
      );
    check(
      `clusters:\n${entry.replace(authority, authority.toUpperCase())}`,
      '2:51 clusters[0].authority must be 64 lower-case hexadecimal digits.',
    );
    check(
      'clusters:\n  - {server: "https://127.0.0.1:6443", context: lab}\n',
      '2:5 clusters[0].authority must be 64 lower-case hexadecimal digits.',
    );
  });

  it('is bounded', () => {
    check(`# ${'x'.repeat(70_000)}\n`, '1:1 The file is larger than 65536 bytes.');
    check(`clusters:\n${entry.repeat(101)}`, '2:3 clusters has 101 entries; at most 100 are read.');
  });
});
