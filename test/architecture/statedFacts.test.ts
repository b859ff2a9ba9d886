import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { exitCodes } from '../../src/cli/exitCodes.ts';
import { loadWorkspace } from '../../src/domain/config/loadWorkspace.ts';
import { formatDuration } from '../../src/domain/config/parseDuration.ts';
import { errorCatalogue } from '../../src/domain/errors/errorCatalogue.ts';
import { readSources, repositoryRoot } from './sources.ts';

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

/** Every `default` of a JSON schema by the path of its property; `*` stands for any name. */
function defaultsOf(schema: unknown, path: readonly string[] = []): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  if (typeof schema !== 'object' || schema === null) return found;
  const node = schema as Record<string, unknown>;
  if ('default' in node) found[path.join('.')] = node.default;
  for (const [name, inner] of Object.entries((node.properties as object | undefined) ?? {}))
    Object.assign(found, defaultsOf(inner, [...path, name]));
  Object.assign(found, defaultsOf(node.additionalProperties, [...path, '*']));
  for (const union of ['oneOf', 'anyOf', 'allOf'])
    for (const inner of (node[union] as readonly unknown[] | undefined) ?? [])
      Object.assign(found, defaultsOf(inner, path));
  return found;
}

describe('the defaults that towline.schema.json states', () => {
  it('are those of the code', () => {
    const files: Readonly<Record<string, string>> = {
      'towline.yaml':
        'services:\n  api:\n    path: api\n    tests:\n      command: [npm, test]\n    build: {}\nenvironments:\n  dev:\n    path: deploy\n',
      'api/Dockerfile': 'FROM scratch\n',
      'deploy/api.yaml': 'kind: Deployment\n',
    };
    const workspace = loadWorkspace(Object.keys(files), (path) => files[path], 'shop');
    const { settings, services, environments } = workspace;
    assert.deepEqual(workspace.problems, []);
    const [api] = services;
    const [dev] = environments;
    assert.ok(api?.build && dev && api.tests.kind === 'command');
    assert.deepEqual(defaultsOf(JSON.parse(read('media/towline.schema.json'))), {
      version: 1,
      ignore: [],
      'services.*.tests.environment': api.tests.environment,
      'services.*.tests.timeout': formatDuration(api.tests.timeout),
      'services.*.build.args': api.build.args,
      'services.*.build.secrets': api.build.secrets,
      'services.*.build.ssh': api.build.ssh,
      'services.*.build.contexts': api.build.contexts,
      'services.*.build.timeout': formatDuration(api.build.timeout),
      'environments.*.allowDirty': dev.allowDirty,
      'environments.*.group': dev.group,
      'runs.keep': settings.keepRuns,
      'runs.parallel': settings.parallel,
      'runs.baseImageMaxAge': formatDuration(settings.baseImageMaxAge),
    });
  });
});

describe('the exit codes', () => {
  const codesIn = (text: string) =>
    (/Exit codes:\n((?: +\d+ .*\n?)+)/.exec(text)?.[1] ?? '').match(/^ +\d+/gm)?.map(Number);

  it('stand in the help as they are', () => {
    const help = execFileSync(process.execPath, ['src/cli/towline.ts', '--help'], {
      cwd: repositoryRoot,
      encoding: 'utf8',
    });
    assert.deepEqual(
      codesIn(help),
      Object.values(exitCodes).sort((a, b) => a - b),
    );
  });
});

describe('the error catalogue', () => {
  const codes = Object.keys(errorCatalogue);

  it('has no code that nobody throws', () => {
    const thrown = readSources()
      .filter(
        ({ path, text }) => !path.endsWith('/errorCatalogue.ts') && /\b(TowlineError|ErrorCode)\b/.test(text),
      )
      .map(({ text }) => withoutMatching(text))
      .join('\n');
    assert.deepEqual(
      codes.filter((code) => !thrown.includes(`'${code}'`)),
      [],
    );
  });

  it('says what happened without a full stop and what to do with one', () => {
    for (const { what, next } of Object.values(errorCatalogue)) {
      assert.match(what, /^(towline\.yaml|[A-Z]).*[^.]$/);
      assert.match(next, /\.$/);
    }
  });

  /** Naming a code to recognise it is not throwing it; neither is a comment. */
  function withoutMatching(text: string): string {
    return text
      .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
      .replace(/TowlineError\.is\([^)]*\)/g, '')
      .replace(/[!=]== '[a-z-]+'/g, '');
  }
});
