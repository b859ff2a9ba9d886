import { createLogUpdate } from 'log-update';
import { describeResult } from '../../domain/runs/describeStep.ts';
import type { RunState, ServiceRunState, StepState } from '../../domain/runs/runState.ts';
import { durationText } from '../../domain/text/durationText.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { Terminal } from '../terminal.ts';
import { headline } from './plainProgress.ts';
import type { Progress } from './progress.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** Milliseconds between two pictures: fast enough to look alive. */
const pace = 100;

/** A line for each service that changes in place, for a terminal with somebody before it. */
export function createLiveProgress(terminal: Terminal, now: () => number): Progress {
  const region = createLogUpdate(process.stderr);
  let state: RunState | undefined;
  let shownNotices = 0;
  let frame = 0;

  const draw = (): void => {
    if (!state) return;
    const fresh = state.notices.slice(shownNotices);
    shownNotices = state.notices.length;
    if (fresh.length > 0) {
      region.clear();
      for (const notice of fresh) terminal.err(`  ${terminal.style('dim', visibleText(notice))}`);
    }
    const width = Math.max(...state.services.map(({ name }) => name.length));
    const lines = state.services.map((service) =>
      cut(serviceLine(terminal, service, width, now(), frames[frame] ?? ''), terminal.columns),
    );
    region([terminal.style('bold', visibleText(headline(state))), ...lines].join('\n'));
  };
  let timer: NodeJS.Timeout | undefined;
  const animate = (): void => {
    timer ??= setInterval(() => {
      frame = (frame + 1) % frames.length;
      draw();
    }, pace).unref();
  };
  const rest = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    show(_event, next) {
      state = next;
      animate();
      draw();
    },
    pause() {
      rest();
      region.clear();
    },
    end() {
      rest();
      draw();
      region.done();
    },
  };
}

function serviceLine(
  terminal: Terminal,
  { name, steps }: ServiceRunState,
  width: number,
  now: number,
  spinner: string,
): string {
  const current = steps.findLast(({ startedAt, result }) => startedAt !== undefined || result !== undefined);
  const marks = steps.map((step) => `${markOf(terminal, step, spinner)} ${step.step}`).join('  ');
  return `  ${visibleText(name).padEnd(width)}  ${marks}  ${current ? terminal.style('dim', detailOf(current, now)) : ''}`;
}

function markOf({ style }: Terminal, { startedAt, result }: StepState, spinner: string): string {
  switch (result?.outcome) {
    case 'passed':
      return style('green', '✔');
    case 'reused':
      return style('green', '=');
    case 'failed':
      return style('red', '✗');
    case 'held':
      return style('yellow', '⏸');
    case 'cancelled':
      return style('yellow', '■');
    case undefined:
      return startedAt === undefined ? style('dim', '·') : style('cyan', spinner);
  }
}

function detailOf({ startedAt, result, substeps }: StepState, now: number): string {
  if (result) return visibleText(describeResult(result));
  const running = substeps.findLast(({ state }) => state === 'started');
  const took = startedAt === undefined ? '' : durationText(now - startedAt);
  return running ? `${took} ${visibleText(running.name)}` : took;
}

/** Cuts by what is shown, so that a line never wraps and the region keeps its height. */
function cut(line: string, columns: number): string {
  let shown = 0;
  let result = '';
  for (const part of line.split(/(\x1b\[[0-9;]*m)/)) {
    if (part.startsWith('\x1b')) result += part;
    else {
      result += part.slice(0, Math.max(0, columns - 1 - shown));
      shown += part.length;
    }
  }
  return result;
}
