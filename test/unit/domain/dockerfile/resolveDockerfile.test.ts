import assert from 'node:assert/strict';
import { readDockerfile } from '../../../../src/domain/dockerfile/readDockerfile.ts';
import { type BuildChoices, resolveDockerfile } from '../../../../src/domain/dockerfile/resolveDockerfile.ts';

function resolve(text: string, choices?: BuildChoices) {
  return resolveDockerfile(readDockerfile(text), choices);
}

describe('resolveDockerfile', () => {
  it('names base images once, without stages and scratch', () => {
    const text =
      'FROM node:24 AS a\nFROM a AS b\nFROM scratch\nCOPY --from=b / /\nCOPY --from=node:24 / /\nCOPY --from=busybox /bin /bin';
    assert.deepEqual(resolve(text).baseImages, ['node:24', 'busybox']);
  });

  it('leaves out stages that the target does not need', () => {
    const text = 'FROM a AS one\nRUN --mount=type=ssh x\nFROM b AS two\nFROM c AS three\nCOPY --from=0 / /';
    assert.deepEqual(resolve(text, { target: 'TWO' }).baseImages, ['b']);
    assert.deepEqual(resolve(text, { target: 'two' }).ssh, []);
    assert.deepEqual(resolve(text).baseImages, ['a', 'c']);
    assert.deepEqual(resolve(text).ssh, ['default']);
  });

  it('fills arguments from defaults, which may use earlier ones, and from the build', () => {
    const text = `ARG V=24\nARG IMAGE="node:\${V}-slim"\nFROM \${IMAGE}\n`;
    assert.deepEqual(resolve(text).baseImages, ['node:24-slim']);
    assert.deepEqual(resolve(text, { args: { V: '22' } }).baseImages, ['node:22-slim']);
  });

  it('says which base image has an argument without value, and counts every stage then', () => {
    const text = `FROM a AS base-amd64\nFROM b AS base-arm64\nFROM base-\${TARGETARCH}`;
    assert.deepEqual(resolve(text).unresolved, [`base-\${TARGETARCH}`]);
    assert.deepEqual(resolve(text).baseImages, ['a', 'b']);
    assert.deepEqual(resolve(text, { platform: 'linux/arm64' }).baseImages, ['b']);
  });

  it('survives defaults nested without end', () => {
    const reference = `\${a:-`.repeat(100_000);
    assert.deepEqual(resolve(`FROM ${reference}`).unresolved, [reference]);
  });

  it('lets named contexts stand in for images and stages', () => {
    const choices = { contexts: { base: 'docker-image://shop/base:1', lib: '../lib', unused: '.' } };
    const resolved = resolve('FROM base\nCOPY --from=lib / /', choices);
    assert.deepEqual(resolved.contexts, ['base', 'lib']);
    assert.deepEqual(resolved.baseImages, ['shop/base:1']);
  });

  it('takes a name for an image when the stage of that name comes later', () => {
    assert.deepEqual(resolve('FROM golang AS golang\nFROM golang').baseImages, ['golang']);
    assert.deepEqual(resolve('FROM b\nFROM x AS b', { target: '0' }).baseImages, ['b']);
  });
});
