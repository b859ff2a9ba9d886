import assert from 'node:assert/strict';
import { readDockerfile } from '../../../../src/domain/dockerfile/readDockerfile.ts';

function bases(...lines: string[]): string[] {
  return readDockerfile(lines.join('\n')).stages.map((stage) => stage.base);
}

function sources(...lines: string[]): readonly string[] {
  return readDockerfile(['FROM x', ...lines].join('\n')).stages[0]?.sources ?? [];
}

describe('readDockerfile', () => {
  it('reads stages with their names and bases', () => {
    const { stages } = readDockerfile('FROM --platform=linux/amd64 node:24 AS Build\nfrom nginx\n');
    assert.deepEqual(
      stages.map(({ name, base, line }) => ({ name, base, line })),
      [
        { name: 'build', base: 'node:24', line: 1 },
        { name: undefined, base: 'nginx', line: 2 },
      ],
    );
  });

  it('reads the syntax and escape directives', () => {
    const read = readDockerfile(
      '# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN dir `\n  FROM b\nFROM c',
    );
    assert.equal(read.syntax, 'docker/dockerfile:1');
    assert.deepEqual(
      read.stages.map((stage) => stage.base),
      ['a', 'c'],
    );
  });

  it('takes a directive after the first instruction or comment for a comment', () => {
    assert.equal(readDockerfile('# hello\n# syntax=docker/dockerfile:1\nFROM a').syntax, undefined);
  });

  it('tolerates a byte order mark and CRLF', () => {
    assert.deepEqual(bases('\uFEFFFROM a\r', 'RUN x \\\r', ' && FROM y\r', 'FROM b\r'), ['a', 'b']);
  });

  it('passes over bodies of here-documents', () => {
    assert.deepEqual(
      bases(
        'FROM a',
        'RUN <<EOF cat > /x',
        'FROM no',
        'EOF',
        'COPY <<-"A" <<B /',
        'FROM no',
        '\tA',
        'FROM no',
        'B',
        'FROM b',
      ),
      ['a', 'b'],
    );
  });

  it('passes over comments and empty lines inside a continuation', () => {
    assert.deepEqual(bases('FROM a', 'RUN x \\', '# comment', '', '  FROM no', 'FROM b'), ['a', 'b']);
  });

  it('keeps the sources of COPY and ADD that come from the build context', () => {
    assert.deepEqual(
      sources(
        'COPY --chown=a:b package.json yarn.lock* ./',
        'COPY ["a b", "/"]',
        'ADD https://e.x/y git@h:r.git z /',
        'COPY --from=build /x /y',
        'COPY <<E /',
        'hello',
        'E',
      ),
      ['package.json', 'yarn.lock*', 'a b', 'z'],
    );
  });

  it('puts the defaults of arguments and variables into sources', () => {
    assert.deepEqual(
      sources('ARG app=api', 'ENV dir=services/$app', `COPY \${dir}/src \${unknown} \${x:-y} /`),
      ['services/api/src', 'y'],
    );
  });

  it('reads mounts', () => {
    const [stage] = readDockerfile(
      'FROM a\nRUN --mount=type=secret,id=npm --mount=type=secret,target=/run/secrets/key --mount=type=ssh --mount=type=bind,source=go.mod,target=go.mod --mount=from=tools,target=/t --mount=type=cache,target=/c make',
    ).stages;
    assert.deepEqual(stage?.secrets, ['npm', 'key']);
    assert.deepEqual(stage?.ssh, ['default']);
    assert.deepEqual(stage?.sources, ['go.mod']);
    assert.deepEqual(stage?.copiesFrom, ['tools']);
  });

  it('survives text that is no Dockerfile', () => {
    assert.deepEqual(readDockerfile('\u0000 }{ \n FROM').stages.length, 1);
    assert.deepEqual(readDockerfile('').stages, []);
  });
});
