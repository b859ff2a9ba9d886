import { isAbsolute, join } from 'node:path';
import { type Diagnostic, type Disposable, languages, Uri } from 'vscode';
import type { RepositoryState } from '../state/editorState.ts';
import type { Store } from '../state/store.ts';
import { stepOutcomes } from './stepProblems.ts';
import { toDiagnostic } from './toDiagnostic.ts';

/**
 * Failing tests and Dockerfile errors in the Problems panel: of the newest run that took each step, so that the
 * next run of a step clears what the one before said.
 */
export function createProblems(store: Store): Disposable {
  const collection = languages.createDiagnosticCollection('towline');
  let shown = '';

  function problemsOf(repository: RepositoryState): readonly (readonly [string, Diagnostic])[] {
    if (repository.workspace.kind !== 'read') return [];
    const { folder } = repository.workspace;
    const seen = new Set<string>();
    const found: [string, Diagnostic][] = [];
    for (const { state } of repository.runs.shown)
      for (const { service, step, problems } of stepOutcomes(state)) {
        if (seen.has(`${service} ${step}`)) continue;
        seen.add(`${service} ${step}`);
        for (const { message, at } of problems) {
          const diagnostic = toDiagnostic({ severity: 'error', message, at });
          diagnostic.code = `${step} of ${service}`;
          found.push([isAbsolute(at.file) ? at.file : join(folder, at.file), diagnostic]);
        }
      }
    return found;
  }

  function update(): void {
    const byFile = new Map<string, Diagnostic[]>();
    for (const [file, diagnostic] of store.state.repositories.flatMap(problemsOf))
      byFile.set(file, [...(byFile.get(file) ?? []), diagnostic]);
    // Steps report all the time while they run; the panel need only hear of what is new.
    const now = JSON.stringify([...byFile]);
    if (now === shown) return;
    shown = now;
    collection.clear();
    collection.set(Array.from(byFile, ([file, diagnostics]) => [Uri.file(file), diagnostics]));
  }

  const listening = store.onChange(({ run, repository }) => {
    if (run === undefined || settled(repository, run)) update();
  });

  function settled(key: string | undefined, run: number): boolean {
    const kept = store.state.repositories
      .find((repository) => repository.key === key)
      ?.runs.shown.find(({ state }) => state.run === run);
    return (
      kept?.state.services.some(({ steps }) => steps.some(({ result }) => result !== undefined)) ?? false
    );
  }

  return {
    dispose() {
      listening.dispose();
      collection.dispose();
    },
  };
}
