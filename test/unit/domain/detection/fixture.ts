import { readdirSync, readFileSync } from 'node:fs';
import { detectWorkspace } from '../../../../src/domain/detection/detectWorkspace.ts';
import type { Service } from '../../../../src/domain/workspace/service.ts';
import type { Workspace } from '../../../../src/domain/workspace/workspace.ts';

/** A repository in one text: `-- path --` lines before each file, `-- path -- bom crlf` for other encodings. */
export interface Fixture {
  /** The repository folder's name, which is the fixture file's. */
  readonly name: string;
  readonly files: ReadonlyMap<string, string>;
  /** What `summarize` should say, from the section `-- expected --`. */
  readonly expected: string;
}

const folder = new URL('../../../fixtures/detection/', import.meta.url);

export function readFixtures(): readonly Fixture[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  return names
    .sort()
    .map((name) => parseFixture(name.slice(0, -'.txt'.length), readFileSync(new URL(name, folder), 'utf8')));
}

export function parseFixture(name: string, text: string): Fixture {
  const files = new Map<string, string>();
  const parts = text.split(/^-- (.+?) --([a-z ]*)\n/m);
  for (let at = 1; at < parts.length; at += 3) {
    const [path = '', encoding = '', content = ''] = parts.slice(at, at + 3);
    const ended = encoding.includes('crlf') ? content.replaceAll('\n', '\r\n') : content;
    files.set(path, encoding.includes('bom') ? `\uFEFF${ended}` : ended);
  }
  const expected = files.get('expected') ?? '';
  files.delete('expected');
  return { name, files, expected };
}

export function detectFixture({ name, files }: Pick<Fixture, 'name' | 'files'>): Workspace {
  return detectWorkspace(files.keys(), (path) => files.get(path), { repositoryName: name });
}

/** A workspace as lines that a reviewer can read. */
export function summarize(workspace: Workspace): string {
  const lines = [
    ...workspace.services.flatMap(summarizeService),
    ...workspace.environments.map(
      ({ name, style, path }) => `environment ${name}: ${style} in ${path || 'the root'}`,
    ),
    ...workspace.problems.map(({ message }) => `problem: ${message}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function summarizeService(service: Service): string[] {
  const { tests, build } = service;
  const registry = service.manifestRegistry === undefined ? '' : ` at ${service.manifestRegistry}`;
  const because = service.imageBecause === undefined ? '' : ` (${service.imageBecause})`;
  const language = service.language === undefined ? '' : `, ${service.language}`;
  return [
    `service ${service.name} in ${service.folder || 'the root'}${language}`,
    `  image ${service.image}${registry}${because}`,
    tests.kind === 'command'
      ? `  tests ${tests.command.join(' ')} (${tests.because})`
      : `  tests ${tests.kind}`,
    ...(tests.kind === 'command' && tests.inputs.length > 0
      ? [`  inputs ${tests.inputs.map((input) => input || 'the root').join(', ')}`]
      : []),
    ...(build === undefined ? [] : [`  build ${build.dockerfile} with ${build.context || 'the root'}`]),
    ...(service.dependsOn.length > 0 ? [`  on ${service.dependsOn.join(', ')}`] : []),
  ];
}
