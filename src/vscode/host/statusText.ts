import { type EditorState, runningRuns } from '../state/editorState.ts';
import { stateOfRun, wordOf } from '../views/stateIcons.ts';

export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
}

/** What the status bar says of the window's runs; undefined while there is nothing to say. */
export function statusText(state: EditorState): StatusText | undefined {
  const waiting = state.repositories.reduce((sum, repository) => sum + repository.waiting.size, 0);
  if (waiting > 0)
    return {
      text: '$(question) Towline: look at the diff',
      tooltip: `${waiting} proposal${waiting === 1 ? ' waits' : 's wait'} for your answer. Shows the runs.`,
    };
  const running = runningRuns(state);
  const [first] = running;
  if (first) {
    const step = first.state.services
      .flatMap(({ name, steps }) => steps.map((each) => ({ name, ...each })))
      .find(({ startedAt, result }) => startedAt !== undefined && !result);
    const what = step ? `${step.step} ${step.name}` : `run ${first.state.run}`;
    return {
      text: `$(loading~spin) Towline: ${running.length > 1 ? `${running.length} runs` : what}`,
      tooltip: `${running.map((run) => `Run ${run.state.run} goes on`).join('\n')}\nShows the runs.`,
    };
  }
  const newest = state.repositories
    .flatMap(({ runs }) => runs.shown.slice(0, 1))
    .toSorted((a, b) => b.state.startedAt - a.state.startedAt)[0];
  if (!newest) return undefined;
  const shown = stateOfRun(newest.state.outcome, newest.standing);
  const icons = { passed: 'pass', failed: 'error', held: 'debug-pause' } as const;
  const icon = shown in icons ? icons[shown as keyof typeof icons] : 'circle-slash';
  return {
    text: `$(${icon}) Towline: ${wordOf(shown)}`,
    tooltip: `Run ${newest.state.run} ${wordOf(shown)}. Shows the runs.`,
  };
}
