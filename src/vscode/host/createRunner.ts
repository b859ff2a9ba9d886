import { window } from 'vscode';
import { failureOf } from '../../domain/errors/towlineError.ts';
import type { RunRequest } from '../../domain/runs/runEvent.ts';
import type { RunState } from '../../domain/runs/runState.ts';
import { ids } from '../ids.ts';
import type { Session } from '../state/createSession.ts';
import type { Sessions } from '../state/createSessions.ts';
import type { NodeTarget } from '../views/treeNode.ts';
import type { MessageAction, Messages } from './createMessages.ts';
import { createTerminalCommand } from './createTerminalCommand.ts';
import { describeEnd } from './describeEnd.ts';
import { failureText } from './failureText.ts';
import { type GoingRun, type GoingRuns, isReload } from './interruptedRuns.ts';

/** Starts runs for this window, tells how they ended where the user would miss it, and takes them up again. */
export interface Runner {
  /** Resolves when the run has its number; it is shown then. Throws what stops it before that. */
  start(session: Session, request: RunRequest, resumes?: number): Promise<RunState['run']>;
  /** Runs to the end without showing it. */
  runQuietly(session: Session, request: RunRequest): Promise<RunState>;
  /** Takes up what this window had going when it was reloaded; asks where that was longer ago. */
  resume(): Promise<void>;
}

export interface RunnerParts {
  readonly sessions: Sessions;
  readonly messages: Messages;
  readonly going: GoingRuns;
  /** Not waited for: in a window that is still opening the editor may never say that a row is shown. */
  readonly showRun: (repository: string, run: number) => void;
  readonly execute: (command: string, target: NodeTarget) => void;
  /** Whether the user sees the Runs view now. */
  readonly isWatched: () => boolean;
  readonly now: () => number;
}

/** Milliseconds that the window before a reload has for ending its runs; the editor itself gives it about five seconds. */
const endLimit = 30_000;

export function createRunner(parts: RunnerParts): Runner {
  const { sessions, messages, going, now } = parts;

  function launch(session: Session, request: RunRequest, resumes?: number) {
    const started = session.start(request, resumes);
    started.number.then(
      (run) => going.add({ repository: session.key, run }),
      () => undefined,
    );
    started.ended.then(
      (state) => {
        // A window that goes keeps its list: that is what the next one takes up.
        if (!session.closing) going.remove({ repository: session.key, run: state.run });
      },
      () => undefined,
    );
    return started;
  }

  function tellEnd(session: Session, state: RunState): void {
    if (session.closing) return;
    const { kind, message, service, signIn, proposed } = describeEnd(state);
    const target = { repository: session.key, run: state.run, ...(service === undefined ? {} : { service }) };
    const action = (title: string, command: string): MessageAction => ({
      title,
      run: () => parts.execute(command, target),
    });
    const watched = window.state.focused && parts.isWatched();
    if (kind === 'failed') {
      messages.warn(message, [
        ...(signIn === undefined
          ? []
          : [{ title: 'Sign In', run: () => createTerminalCommand('docker', 'login', signIn) }]),
        action('Show Log', ids.commands.showLog),
        action('Retry', ids.commands.retryRun),
      ]);
    } else if (kind === 'held') messages.warn(message, [action('Show Run', ids.commands.showRun)]);
    else if (kind === 'passed' && !watched)
      messages.tell(message, proposed ? [action('Show Diff', ids.commands.showDiff)] : []);
  }

  /** Starts a run and tells how it ends. Resolves when it has its number. */
  function begin(session: Session, request: RunRequest, resumes?: number): Promise<number> {
    const { number, ended } = launch(session, request, resumes);
    ended.then(
      (state) => tellEnd(session, state),
      (error: unknown) => {
        // Before there is a number, the one who asked hears of it.
        number.then(
          () => tellBroken(error, session),
          () => undefined,
        );
      },
    );
    return number;
  }

  function tellBroken(error: unknown, session: Session): void {
    if (session.closing) return;
    messages.refuse(failureText(failureOf(error)));
  }

  /** Takes up a run that this window's end, or that of the window before a reload, has cut short. */
  async function takeUp({ repository, run }: GoingRun): Promise<void> {
    const session = sessions.get(repository);
    // A reloaded window is here before the one before it has stopped everything.
    const kept = await session?.readEnded(run, AbortSignal.timeout(endLimit));
    going.remove({ repository, run });
    if (!session || !kept || kept.standing === 'running') return;
    const { request, startedAt, finishedAt = startedAt, outcome } = kept.state;
    if (outcome !== undefined && outcome !== 'cancelled') return;
    const again = async (): Promise<void> => {
      const number = await begin(session, { ...request, anyway: false }, run);
      messages.tell(`Run ${run} was stopped with the window and goes on as run ${number}.`, [
        { title: 'Show Run', run: () => parts.showRun(repository, number) },
      ]);
      parts.showRun(repository, number);
    };
    if (isReload(finishedAt, now())) await again();
    else
      messages.warn(`Run ${run} was stopped when its window was closed.`, [{ title: 'Resume', run: again }]);
  }

  return {
    async start(session, request, resumes) {
      const run = await begin(session, request, resumes);
      parts.showRun(session.key, run);
      return run;
    },
    runQuietly: (session, request) => launch(session, request).ended,
    async resume() {
      await Promise.all(going.list().map(takeUp));
    },
  };
}
