import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readImageTrouble } from '../../../../src/domain/verdict/imageTrouble.ts';

describe('readImageTrouble', () => {
  for (const [message, reason] of [
    [
      'Error response from daemon: manifest for localhost:5001/shop/api:1 not found: manifest unknown: manifest unknown',
      'image-missing',
    ],
    [
      'rpc error: code = NotFound desc = failed to pull and unpack image "ghcr.io/a/b:1": ghcr.io/a/b:1: not found',
      'image-missing',
    ],
    [
      "Error response from daemon: pull access denied for nothing, repository does not exist or may require 'docker login'",
      'image-denied',
    ],
    [
      'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
      'image-denied',
    ],
    [
      'Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host',
      'image-unreachable',
    ],
    [
      'Get "http://localhost:5999/v2/": dial tcp 127.0.0.1:5999: connect: connection refused',
      'image-unreachable',
    ],
    ['http: server gave HTTP response to HTTPS client', 'image-unreachable'],
    ['tls: failed to verify certificate: x509: certificate signed by unknown authority', 'image-unreachable'],
    ['Back-off pulling image "api"', undefined],
  ] as const)
    it(`takes ${JSON.stringify(message.slice(0, 60))} for ${reason ?? 'nothing'}`, () =>
      assert.equal(readImageTrouble(message), reason));
});
