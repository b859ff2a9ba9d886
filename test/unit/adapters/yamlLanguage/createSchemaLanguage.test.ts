import assert from 'node:assert/strict';
import schema from '../../../../media/towline.schema.json' with { type: 'json' };
import { createSchemaLanguage } from '../../../../src/adapters/yamlLanguage/createSchemaLanguage.ts';

/** A text with `|` where the cursor is. */
function place(marked: string) {
  const before = marked.slice(0, marked.indexOf('|')).split('\n');
  return {
    text: marked.replace('|', ''),
    position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 },
  };
}

describe('the language service of towline.yaml', () => {
  const language = createSchemaLanguage(schema);
  const suggest = async (marked: string) => {
    const { text, position } = place(marked);
    return (await language.suggest(text, position)).map(({ label }) => label);
  };

  it('suggests the parts of the file', async () => {
    assert.deepEqual(await suggest('|'), [
      'version',
      'registry',
      'ignore',
      'services',
      'environments',
      'runs',
    ]);
  });

  it('suggests what a service may say and does not say yet', async () => {
    const labels = await suggest('services:\n  api:\n    path: api\n    |\n');
    assert.ok(labels.includes('image') && labels.includes('tests') && !labels.includes('path'));
  });

  it('names examples by what they say', async () => {
    const labels = await suggest('services:\n  api:\n    tests: |');
    assert.ok(labels.includes('none') && labels.includes('command, timeout'), labels.join());
  });

  it('explains a key', async () => {
    const { text, position } = place('services:\n  api:\n    te|sts: none\n');
    assert.match((await language.explain(text, position)) ?? '', /The test command as a list of arguments/);
  });
});
