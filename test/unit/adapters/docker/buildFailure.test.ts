import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { buildFailure } from '../../../../src/adapters/docker/buildFailure.ts';
import type { ErrorCode } from '../../../../src/domain/errors/errorCatalogue.ts';

/** Messages of engines and the code each means; with the step that failed where there is one. */
const messages: readonly (readonly [code: ErrorCode, why: RegExp, message: string, step?: string])[] = [
  [
    'dockerfile-invalid',
    /unknown instruction: COPYY/,
    'failed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error line 2: unknown instruction: COPYY',
  ],
  [
    'dockerfile-invalid',
    /unknown flag/,
    'failed to solve: dockerfile parse error on line 2: unknown flag: foo',
  ],
  ['dockerfile-invalid', /empty/, 'failed to solve: the Dockerfile cannot be empty'],
  [
    'base-image-missing',
    /^localhost:1\/foo:1: .*refused/,
    'failed to solve with frontend dockerfile.v0: failed to create LLB definition: failed to do request: Head "http://localhost:1/v2/foo/manifests/1": dial tcp 127.0.0.1:1: connect: connection refused',
  ],
  [
    'base-image-missing',
    /^node:99: /,
    'failed to do request: Head "https://registry-1.docker.io/v2/library/node/manifests/99": dial tcp: lookup registry-1.docker.io: no such host',
  ],
  [
    'base-image-missing',
    /^shop\/base:2: /,
    'failed to solve: shop/base:2: failed to resolve source metadata for docker.io/shop/base:2: not found',
    '[internal] load metadata for docker.io/shop/base:2',
  ],
  [
    'base-image-missing',
    /^private: /,
    'pull access denied for private, repository does not exist or may require authorization',
  ],
  [
    'base-image-missing',
    /^localhost:1\/x:2: /,
    'creating build container: initializing source docker://localhost:1/x:2: pinging container registry localhost:1: Get "https://localhost:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
  ],
  [
    'dockerfile-invalid',
    /Unknown instruction/,
    'building at STEP "COPYY ": Build error: Unknown instruction: "COPYY"',
  ],
  ['engine-unsupported', /no active sessions/, 'no active sessions'],
  [
    'build-failed',
    /^\[2\/3\] RUN false ended with exit code 1$/,
    'process "/bin/sh -c false" did not complete successfully: exit code: 1',
    '[2/3] RUN false',
  ],
  [
    'build-failed',
    /ended with exit code 4|non-zero code: 4/,
    "The command '/bin/sh -c exit 4' returned a non-zero code: 4",
  ],
  [
    'build-failed',
    /^\[1\/1\] COPY nope \/ failed: .*"\/nope"/,
    'failed to compute cache key: "/nope" not found: not found',
    '[1/1] COPY nope /',
  ],
];

describe('buildFailure', () => {
  for (const [code, why, message, step] of messages) {
    it(`reads ${code} from ${JSON.stringify(message.slice(0, 90))}`, () => {
      const failed = step === undefined ? undefined : { name: step, error: message };
      const error = buildFailure({ message, dockerfile: '/p/Dockerfile', failed, lastLines: [] });
      assert.equal(error.code, code);
      assert.match(error.failure.why, why);
    });
  }

  it('points at the line of a parse error', () => {
    const message = 'failed to solve: dockerfile parse error on line 12: unknown instruction: X';
    const { failure } = buildFailure({
      message,
      dockerfile: '/p/Dockerfile',
      failed: undefined,
      lastLines: [],
    });
    assert.deepEqual(failure.at, { file: '/p/Dockerfile', line: 12, column: 1 });
  });
});
