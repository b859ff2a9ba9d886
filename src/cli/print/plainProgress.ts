import { describeResult, describeWhy } from '../../domain/runs/describeStep.ts';
import type { RunEvent } from '../../domain/runs/runEvent.ts';
import type { RunState } from '../../domain/runs/runState.ts';
import { durationText } from '../../domain/text/durationText.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { Terminal } from '../terminal.ts';
import type { Progress } from './progress.ts';

/** One line for each thing that happened: for logs and pipes. */
export function createPlainProgress(terminal: Terminal): Progress {
  return {
    show: (event, state) => {
      const line = lineOf(event, state);
      if (line !== undefined) terminal.err(visibleText(line));
    },
    pause() {},
    end() {},
  };
}

function lineOf(event: RunEvent, state: RunState): string | undefined {
  switch (event.type) {
    case 'run-started':
      return headline(state);
    case 'notice':
      return event.message;
    case 'step-started':
      return `${event.service} ${event.step} …`;
    case 'step-finished': {
      const step = state.services
        .find(({ name }) => name === event.service)
        ?.steps.find((known) => known.step === event.step);
      const took = step?.startedAt === undefined ? '' : `, ${durationText(event.at - step.startedAt)}`;
      const why = event.result.outcome === 'passed' ? ` [${describeWhy(event.result.why)}]` : '';
      return `${event.service} ${event.step} ${event.result.outcome}: ${describeResult(event.result)}${took}${why}`;
    }
    case 'substep':
    case 'run-finished':
      return undefined;
  }
}

/** What this run is about, on one line. */
export function headline({ run, resumes, branch, commit, dirty, request }: RunState): string {
  const source = `${branch ?? 'detached HEAD'}${commit ? ` ${commit.slice(0, 7)}` : ' without a commit'}${dirty ? ' with uncommitted changes' : ''}`;
  const target = request.environment ? ` → ${request.environment}` : '';
  return `run ${run}: ${source}${target}${resumes === undefined ? '' : ` (resumes run ${resumes})`}`;
}
