import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { type ContributedIds, ids } from '../../src/vscode/ids.ts';
import { findContributionProblems, type Manifest } from './contributions.ts';
import { repositoryRoot } from './sources.ts';

describe('package.json and the ids in the code', () => {
  it('agree', () => {
    const manifest = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as Manifest;
    assert.deepEqual(findContributionProblems(manifest, ids), []);
  });

  it('ask Towline whether the workspace is trusted, as the editor knows it too late', () => {
    assert.doesNotMatch(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'), /isWorkspaceTrusted/);
  });
});

describe('findContributionProblems', () => {
  const manifest: Manifest = {
    contributes: {
      commands: [{ command: 'towline.run', enablement: 'towline.ready && config.towline.keep > 0' }],
      views: { towline: [{ id: 'towline.services', when: 'towline.ready' }] },
      menus: { 'view/title': [{ command: 'towline.run', when: 'view == towline.services' }] },
      configuration: { properties: { 'towline.keep': { default: 5 } } },
    },
  };
  const code: ContributedIds = {
    commands: { run: 'towline.run' },
    views: { services: 'towline.services' },
    contextKeys: { ready: 'towline.ready' },
    settings: { 'towline.keep': 5 },
  };
  const check = (change: Partial<ContributedIds>, ...expected: readonly string[]) =>
    assert.deepEqual(findContributionProblems(manifest, { ...code, ...change }), expected);

  it('is content when both say the same', () => check({}));

  it('misses ids in the code', () => {
    check({ commands: {} }, 'command towline.run is not in ids.ts');
    check(
      { views: {}, contextKeys: { ...code.contextKeys, view: 'towline.services' } },
      'view towline.services is not in ids.ts',
    );
    check({ contextKeys: {} }, 'context key towline.ready is not in ids.ts');
    check({ settings: {} }, 'setting towline.keep is not in ids.ts');
  });

  it('misses ids in package.json', () => {
    check(
      { commands: { ...code.commands, stop: 'towline.stop' } },
      'command towline.stop is not in package.json',
    );
    check({ views: { ...code.views, runs: 'towline.runs' } }, 'view towline.runs is not in package.json');
    check(
      { contextKeys: { ...code.contextKeys, busy: 'towline.busy' } },
      'context key towline.busy is not in package.json',
    );
    check({ settings: { ...code.settings, 'towline.x': 1 } }, 'setting towline.x is not in package.json');
  });

  it('sees another default', () => {
    check(
      { settings: { 'towline.keep': 6 } },
      'setting towline.keep defaults to 5 in package.json and 6 in the code',
    );
  });

  it('sees a link to a command that there is not, and a step that no command ends', () => {
    const walkthroughs = [
      {
        steps: [{ description: '[Run](command:towline.gone)', completionEvents: ['onCommand:towline.away'] }],
      },
    ];
    const nothing: ContributedIds = { commands: {}, views: {}, contextKeys: {}, settings: {} };
    assert.deepEqual(findContributionProblems({ contributes: { walkthroughs } }, nothing), [
      'a text links to command towline.gone, which is not contributed',
      'a text links to command towline.away, which is not contributed',
    ]);
  });

  it('sees a menu entry without a command', () => {
    const planted: Manifest = { contributes: { menus: { 'view/title': [{ command: 'towline.gone' }] } } };
    const nothing: ContributedIds = { commands: {}, views: {}, contextKeys: {}, settings: {} };
    assert.deepEqual(findContributionProblems(planted, nothing), [
      'a menu names command towline.gone, which is not contributed',
    ]);
  });

  it('sees a key that is for one view and takes what is selected in another', () => {
    const command = 'towline.run';
    const key = (when: string, view?: string): Manifest => ({
      contributes: { keybindings: [{ command, when, ...(view === undefined ? {} : { args: { view } }) }] },
    });
    const nothing: ContributedIds = { commands: {}, views: {}, contextKeys: {}, settings: {} };
    const found = (manifest: Manifest) =>
      findContributionProblems(manifest, nothing).filter((problem) => problem.startsWith('the key'));
    assert.deepEqual(found(key('focusedView == towline.runs && towline.ready', 'towline.runs')), []);
    assert.deepEqual(found(key('editorFocus')), []);
    assert.deepEqual(found(key('focusedView == towline.runs', 'towline.services')), [
      'the key of towline.run is for towline.runs and takes what is selected in towline.services',
    ]);
    assert.deepEqual(found(key('focusedView == towline.runs')), [
      'the key of towline.run is for towline.runs and takes what is selected in undefined',
    ]);
  });
});
