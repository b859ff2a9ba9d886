import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { findForbiddenImports } from './floors.ts';
import { findImpureGlobals } from './modules.ts';
import { plantSources, readSources } from './sources.ts';

describe('the floors', () => {
  it('only point down', () => {
    assert.deepEqual(findForbiddenImports(readSources()), []);
  });

  it('have no clock, randomness or process below the engine', async () => {
    const pure = readSources().filter(({ path }) => /^src\/(base|domain)\//.test(path));
    assert.ok(pure.length > 100);
    assert.deepEqual(await findImpureGlobals(pure), []);
  });

  it('reach no process or clock in the engine but one named pause', async () => {
    const engine = readSources().filter(({ path }) => path.startsWith('src/engine/'));
    const uses = await findImpureGlobals(engine);
    // Giving the event loop its turn waits for nothing.
    assert.deepEqual(
      uses.filter((use) => !use.endsWith(' uses setImmediate')),
      ['src/engine/registries/localRegistry.ts uses setTimeout('],
    );
  });
});

describe('findForbiddenImports', () => {
  const forbidden = (path: string, text: string) =>
    findForbiddenImports(plantSources({ [path]: text })).length;
  const cases: readonly (readonly [path: string, text: string])[] = [
    ['src/base/slots.ts', "import { join } from 'node:path';"],
    ['src/base/slots.ts', "import type { Service } from '../domain/workspace/service.ts';"],
    ['src/domain/a/b.ts', "import { readFileSync } from 'node:fs';"],
    ['src/domain/a/b.ts', "import { createHash } from 'node:crypto';"],
    ['src/domain/a/b.ts', "import Docker from 'dockerode';"],
    ['src/domain/a/b.ts', "import type { Ports } from '../../engine/ports/ports.ts';"],
    ['src/domain/a/b.ts', "import data from '../../../package.json' with { type: 'json' };"],
    ['src/domain/a/b.ts', "import { c } from './c';"],
    ['src/domain/a/b.ts', "export const load = () => import('simple-git');"],
    ['src/domain/a/b.ts', "import {\n  readFileSync,\n  statSync,\n} from 'node:fs';"],
    ['src/engine/a/b.ts', "import { spawn } from 'node:child_process';"],
    ['src/engine/a/b.ts', "import type { Stats } from 'node:fs';"],
    ['src/engine/a/b.ts', "import { parse } from 'yaml';"],
    ['src/engine/a/b.ts', "import { createFiles } from '../../adapters/node/nodeFiles.ts';"],
    ['src/engine/a/b.ts', "import { version } from '../../cli/version.ts';"],
    ['src/adapters/a/b.ts', "import { createFiles } from '../node/nodeFiles.ts';"],
    ['src/adapters/a/b.ts', "import { createEngine } from '../../engine/createEngine.ts';"],
    ['src/adapters/a/b.ts', "import type { Step } from '../../engine/steps/step.ts';"],
    ['src/adapters/a/b.ts', "import { anything } from '../../engine/ports/ports.ts';"],
    ['src/adapters/a/b.ts', "import type { Uri } from 'vscode';"],
    ['src/cli/main.ts', "import { createFiles } from '../adapters/node/nodeFiles.ts';"],
    ['src/cli/main.ts', "export const late = () => import('../adapters/node/nodeFiles.ts');"],
    ['src/cli/composePorts.ts', "import { activate } from '../vscode/extension.ts';"],
    ['src/vscode/extension.ts', "import { main } from '../cli/main.ts';"],
    ['src/vscode/extension.ts', "import { createFiles } from '../adapters/node/nodeFiles.ts';"],
    ['src/vscode/extension.ts', "import { simpleGit } from 'simple-git';"],
    ['src/helpers/a.ts', "import { join } from 'node:path';"],
    ['src/cli/main.ts', "import '../../test/support/gitFixture.ts';"],
  ];
  for (const [path, text] of cases) {
    it(`refuses ${text.replaceAll(/\s+/g, ' ')} in ${path}`, () => assert.equal(forbidden(path, text), 1));
  }

  it('allows what points down', () => {
    const allowed = plantSources({
      'src/domain/a/b.ts':
        "import { parse } from 'yaml';\nimport schema from '../../../media/towline.schema.json' with { type: 'json' };",
      'src/engine/a/b.ts':
        "import { join } from 'node:path';\nimport { deferred } from '../../base/deferred.ts';",
      'src/adapters/node/b.ts':
        "import { open } from 'node:fs';\nimport type { Files } from '../../engine/ports/files.ts';",
      'src/cli/composePorts.ts': "import { createFiles } from '../adapters/node/nodeFiles.ts';",
      'src/vscode/extension.ts':
        "import * as vscode from 'vscode';\nimport { createEngine } from '../engine/createEngine.ts';",
    });
    assert.deepEqual(findForbiddenImports(allowed), []);
  });
});

describe('findImpureGlobals', () => {
  const uses = async (text: string) =>
    (await findImpureGlobals(plantSources({ 'src/domain/a.ts': text }))).length;

  for (const text of [
    'export const home = () => process.env.HOME;',
    'export const now = () => Date.now();',
    'export const today = () => new Date();',
    'export const today = () => Date();',
    'export const any = () => Math.random();',
    'export const later = (work: () => void) => setTimeout(work, 1);',
    'export const time = () => performance.now();',
    'export const id = () => crypto.randomUUID();',
    'export const clock = () => globalThis.Date.now();',
  ]) {
    it(`sees ${text}`, async () => assert.equal(await uses(text), 1));
  }

  for (const text of [
    'export const run = (process: { pid: number }) => process.pid;',
    'export const read = (text: string) => new Date(text).getTime();',
    '// Date.now() in a comment\nexport const text = "process.env";',
    'export const half = () => Math.floor(1.5);',
  ]) {
    it(`is content with ${text.replaceAll('\n', ' ')}`, async () => assert.equal(await uses(text), 0));
  }
});
