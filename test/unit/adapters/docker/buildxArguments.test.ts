import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { buildxArguments, readBuildxVersion } from '../../../../src/adapters/docker/buildxArguments.ts';
import { describeBuild } from '../../../support/dockerBuilds.ts';

const build = {
  ...describeBuild('/nowhere', { files: [] }),
  tags: ['a:1', 'b:2'],
  target: 'final',
  platform: 'linux/arm64',
  args: { ONE: 'x y' },
  labels: { 'a.b': '"c"' },
  ssh: ['default'],
  contexts: { base: 'docker-image://x:1' },
};

describe('buildxArguments', () => {
  it('says everything as separate arguments, for the engine at hand', () => {
    const secrets = [
      { id: 'one', path: '/with, comma "and" quote' },
      { id: 'two', variable: 'TOKEN' },
    ];
    assert.deepEqual(buildxArguments(build, secrets, { major: 0, minor: 13 }, 'colima', '/tmp/id'), [
      ...[
        'buildx',
        'build',
        '--builder',
        'colima',
        '--load',
        '--iidfile',
        '/tmp/id',
        '--file',
        '/nowhere/Dockerfile',
      ],
      ...['--provenance=false', '--progress=rawjson', '--tag', 'a:1', '--tag', 'b:2', '--target', 'final'],
      ...['--platform', 'linux/arm64', '--build-arg', 'ONE=x y', '--label', 'a.b="c"'],
      ...['--secret', 'id=one,"src=/with, comma ""and"" quote"', '--secret', 'id=two,env=TOKEN'],
      ...['--ssh', 'default', '--build-context', 'base=docker-image://x:1', '--', '/nowhere'],
    ]);
  });

  it('leaves out what older versions do not know', () => {
    const older = buildxArguments(build, [], { major: 0, minor: 9 }, 'default', '/tmp/id');
    assert.ok(older.includes('--progress=plain') && !older.includes('--provenance=false'));
  });

  it('reads versions of Docker and of Debian', () => {
    assert.deepEqual(readBuildxVersion('github.com/docker/buildx v0.29.1 a32761a'), { major: 0, minor: 29 });
    assert.deepEqual(readBuildxVersion('github.com/docker/buildx 0.13.1+ds1 0.13.1+ds1-3'), {
      major: 0,
      minor: 13,
    });
    assert.equal(readBuildxVersion("docker: 'buildx' is not a docker command."), undefined);
  });
});
