import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../../src/domain/errors/errorCatalogue.ts';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import { editorCondition, type WorkspaceState } from '../../../../src/vscode/state/editorState.ts';
import { makeRepository, makeState, makeWorkspace } from '../../../support/editorStates.ts';

const failed = (code: ErrorCode): WorkspaceState => ({
  kind: 'failed',
  failure: new TowlineError(code, { why: 'so' }).failure,
});
const of = (...workspaces: readonly WorkspaceState[]) =>
  editorCondition(makeState({ repositories: workspaces.map((workspace) => makeRepository({ workspace })) }));
const empty: WorkspaceState = {
  kind: 'read',
  workspace: makeWorkspace({ services: [] }),
  folder: '/shop',
  images: [],
};

describe('editorCondition', () => {
  it('names the first thing that stands in the way', () => {
    assert.equal(editorCondition(makeState({ folders: 0, trusted: false })), 'noFolder');
    assert.equal(editorCondition(makeState({ trusted: false, repositories: [] })), 'restricted');
    assert.equal(of(), 'noGit');
    assert.equal(of({ kind: 'unread' }), 'loading');
    assert.equal(of({ kind: 'reading' }), 'loading');
    assert.equal(of(failed('git-missing')), 'gitMissing');
    assert.equal(of(failed('not-a-repository')), 'noGit');
    assert.equal(of(failed('git-failed')), 'broken');
    assert.equal(of(empty), 'nothingFound');
  });

  it('is ready where one of several repositories is', () => {
    assert.equal(of(failed('git-failed'), makeRepository().workspace), 'ready');
  });

  it('is ready to show what is wrong in towline.yaml', () => {
    const problems = [{ severity: 'error' as const, message: 'no' }];
    assert.equal(of({ ...empty, workspace: makeWorkspace({ services: [], problems }) }), 'ready');
  });
});
