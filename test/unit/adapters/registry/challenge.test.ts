import assert from 'node:assert/strict';
import { parseChallenges } from '../../../../src/adapters/registry/challenge.ts';

function check(header: string, expected: readonly (readonly [string, Record<string, string>])[]): void {
  const found = parseChallenges(header).map(({ scheme, parameters }) => [
    scheme,
    Object.fromEntries(parameters),
  ]);
  assert.deepEqual(found, expected);
}

describe('the challenges of a registry', () => {
  it('are read with their parameters', () => {
    check(
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
      [
        [
          'bearer',
          {
            realm: 'https://auth.docker.io/token',
            service: 'registry.docker.io',
            scope: 'repository:a/b:pull,push',
          },
        ],
      ],
    );
  });

  it('may be several in one header, with spaces anywhere and values without quotes', () => {
    check('Negotiate, BASIC Realm = x ,  Bearer realm="a \\"b\\", c", service=s', [
      ['negotiate', {}],
      ['basic', { realm: 'x' }],
      ['bearer', { realm: 'a "b", c', service: 's' }],
    ]);
  });

  it('are none where the header makes no sense', () => {
    check('', []);
    check('="x"', []);
    check('realm="x"', []);
  });

  it('take time linear in the length of a hostile header', () => {
    for (const header of [`a${' '.repeat(200_000)}"`, `a="${'\\'.repeat(200_000)}`, ', '.repeat(100_000)]) {
      const started = performance.now();
      parseChallenges(header);
      assert.ok(performance.now() - started < 1_000);
    }
  });
});
