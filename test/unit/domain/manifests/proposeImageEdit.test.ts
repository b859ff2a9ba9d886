import assert from 'node:assert/strict';
import type { ImageEdit, WantedImage } from '../../../../src/domain/manifests/imageEdit.ts';
import { createManifestTree, type UnreadableFile } from '../../../../src/domain/manifests/manifestTree.ts';
import { proposeImageEdit } from '../../../../src/domain/manifests/proposeImageEdit.ts';
import { type FixtureCase, readFixtureCases } from './fixtureCases.ts';

type Files = ReadonlyMap<string, string | UnreadableFile>;

const cases = readFixtureCases();
const edits = cases.filter(({ outcome }) => outcome === 'edit');

function propose(files: Files, { path, style }: FixtureCase, wanted: WantedImage): ImageEdit {
  const { tree, missing } = createManifestTree(files.keys(), files);
  const edit = proposeImageEdit(tree, { path, style }, wanted);
  assert.deepEqual([...missing], []);
  return edit;
}

/** The files after an edit, which must be one. */
function editFiles(files: Files, fixture: FixtureCase, wanted = fixture.wanted): Files {
  const edit = propose(files, fixture, wanted);
  assert.equal(edit.kind, 'edit', JSON.stringify(edit));
  assert.ok(edit.kind === 'edit');
  return new Map([...files, ...edit.edits.map(({ path, after }) => [path, after] as const)]);
}

describe('proposeImageEdit', () => {
  it('has at least forty cases', () => {
    assert.ok(cases.length >= 40);
  });

  for (const fixture of cases) {
    it(`${fixture.name}: ${fixture.outcome}`, () => {
      const edit = propose(fixture.original, fixture, fixture.wanted);
      if (fixture.outcome === 'edit') {
        assert.deepEqual(editFiles(fixture.original, fixture), fixture.expected);
      } else {
        assert.ok(edit.kind === 'held', 'an edit was proposed');
        assert.equal(edit.hold.reason, fixture.outcome, edit.hold.message);
        if (fixture.message) assert.equal(edit.hold.message, fixture.message);
        if (fixture.images) assert.deepEqual(edit.hold.images, fixture.images);
        if (fixture.places) {
          const places = edit.hold.places.map(({ position }) => `${position.file}:${position.line}`);
          assert.deepEqual(places, fixture.places);
        }
      }
      assert.deepEqual(
        edit.warnings.map(({ message }) => message),
        fixture.warnings ?? [],
      );
    });
  }

  describe('on every case that is an edit', () => {
    it('finds nothing to change the second time', () => {
      for (const fixture of edits) {
        const again = propose(fixture.expected, fixture, fixture.wanted);
        assert.equal(again.kind === 'held' && again.hold.reason, 'unchanged', fixture.name);
      }
    });

    it('comes back to the same bytes over another image', () => {
      const other = { tag: 'main-9999999-1770000000', digest: `sha256:${'9'.repeat(64)}` };
      for (const fixture of edits) {
        const away = editFiles(fixture.expected, fixture, { ...fixture.wanted, ...other });
        assert.notDeepEqual(away, fixture.expected);
        assert.deepEqual(editFiles(away, fixture), fixture.expected, fixture.name);
      }
    });

    it('says each change so that making it by hand gives the same bytes', () => {
      for (const fixture of edits) {
        const edit = propose(fixture.original, fixture, fixture.wanted);
        assert.ok(edit.kind === 'edit');
        for (const { before, after, changes } of edit.edits) {
          assert.deepEqual(applyChanges(before, changes), after.split('\n').map(withoutReturn), fixture.name);
        }
      }
    });
  });
});

function applyChanges(
  before: string,
  changes: Extract<ImageEdit, { kind: 'edit' }>['edits'][number]['changes'],
): string[] {
  const lines = before.split('\n').map(withoutReturn);
  for (const change of changes.toReversed()) {
    const index = change.position.line - 1;
    if (change.kind === 'inserted') {
      lines.splice(index, 0, ...change.lines);
      continue;
    }
    const mark = index === 0 && before.startsWith('\uFEFF') ? 1 : 0;
    const start = change.position.column - 1 + mark;
    const line = lines[index] ?? '';
    assert.equal(line.slice(start, start + change.from.length), change.from);
    lines.splice(
      index,
      1,
      ...`${line.slice(0, start)}${change.to}${line.slice(start + change.from.length)}`.split('\n'),
    );
  }
  return lines;
}

function withoutReturn(line: string): string {
  return line.replace(/\r$/, '');
}
