import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { findExportsByOtherNames, findImportCycles, findImportTimeWork, findLongModules } from './modules.ts';
import { plantSources, readSources } from './sources.ts';

describe('the modules of src', () => {
  it('say why they are longer than 400 lines', () => {
    assert.deepEqual(findLongModules(readSources()), []);
  });

  it('hand nothing on and export nothing nameless', () => {
    assert.deepEqual(findExportsByOtherNames(readSources()), []);
  });

  it('import each other in no circle, not even for a type', () => {
    assert.deepEqual(findImportCycles(readSources()), []);
  });

  it('do nothing when they are imported', async () => {
    assert.deepEqual(await findImportTimeWork(readSources()), []);
  });
});

describe('findLongModules', () => {
  const lines = 'export const a = 1;\n'.repeat(401);

  it('wants a reason in the first line', () => {
    assert.equal(findLongModules(plantSources({ 'src/a.ts': lines })).length, 1);
    assert.equal(
      findLongModules(plantSources({ 'src/a.ts': `// One table of 400 rows.\n${lines}` })).length,
      0,
    );
  });
});

describe('findExportsByOtherNames', () => {
  for (const text of [
    "export * from './b.ts';",
    "export * as b from './b.ts';",
    "export { b } from './b.ts';",
    "export type { B } from './b.ts';",
    'export default function a() {}',
    'const a = 1;\nexport { a as default };',
  ]) {
    it(`refuses ${text.replaceAll('\n', ' ')}`, () => {
      assert.equal(findExportsByOtherNames(plantSources({ 'src/a.ts': text })).length, 1);
    });
  }
});

describe('findImportCycles', () => {
  it('finds a cycle over three files', () => {
    const planted = plantSources({
      'src/a.ts': "import { b } from './b.ts';",
      'src/b.ts': "import { c } from './c.ts';",
      'src/c.ts': "import { a } from './a.ts';",
    });
    assert.deepEqual(findImportCycles(planted), ['src/a.ts → src/b.ts → src/c.ts → src/a.ts']);
  });

  it('finds one that is closed by a type, or by an import when it is needed', () => {
    for (const text of ["import type { A } from './a.ts';", "const a = () => import('./a.ts');"])
      assert.equal(
        findImportCycles(plantSources({ 'src/a.ts': "import { b } from './b.ts';", 'src/b.ts': text }))
          .length,
        1,
      );
  });

  it('takes two ways to one file for none', () => {
    const planted = plantSources({
      'src/a.ts': "import { b } from './b.ts';\nimport { c } from './c.ts';",
      'src/b.ts': "import { c } from './c.ts';",
      'src/c.ts': 'export const c = 1;',
    });
    assert.deepEqual(findImportCycles(planted), []);
  });
});

describe('findImportTimeWork', () => {
  const work = async (text: string) => (await findImportTimeWork(plantSources({ 'src/a.ts': text }))).length;

  for (const text of [
    'console.log(1);',
    'await import("node:fs");',
    'export const files = readFileSync("a");',
    'export const engine = createEngine();',
    'export const client = new Client();',
    'const data = await load();',
    'export let count = 0;',
    'if (process.platform === "win32") start();',
    'process.on("exit", stop);',
    'for (const a of [1]) use(a);',
    'cache.value = 1;',
  ]) {
    it(`sees ${text}`, async () => assert.equal(await work(text), 1));
  }

  it('is content with declarations', async () => {
    const text = `
      import { a } from './a.ts';
      export const names = ['a', 'b'] as const;
      export const known: ReadonlySet<string> = new Set(names);
      const table = { a: 1, ...a };
      export class Thing { run() { console.log(1); } }
      export function f() { start(); }
      export const g = async (x: number) => start(x);
      const help = \`
run(1);
\`;
      export { help, table };
    `;
    assert.equal(await work(text), 0);
  });
});
