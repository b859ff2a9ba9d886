import { createSlots } from '../../base/slots.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { type Plan, planRun } from '../../domain/plan/planRun.ts';
import type { RunEvent, RunOutcome, RunRequest } from '../../domain/runs/runEvent.ts';
import { type RunState, reduceRun } from '../../domain/runs/runState.ts';
import type { OwnedRun } from '../ports/journalStore.ts';
import type { HostFacts } from '../ports/ports.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import { readSubmodules } from '../workspace/readSubmodules.ts';
import { checkRequest } from './checkRequest.ts';
import { createRunScope, type RunParts } from './createRunScope.ts';
import { dirtyServices } from './dirtyServices.ts';
import { endLeftovers } from './endLeftovers.ts';
import { createJournalWriter } from './journalWriter.ts';
import { createAhead } from './prepareAhead.ts';
import { pruneRuns } from './pruneRuns.ts';
import type { RunScope } from './runScope.ts';
import { runService, type ServiceOutcome } from './runService.ts';
import { createSiblings } from './siblings.ts';

export interface StartOptions {
  readonly request: RunRequest;
  /** The run this one goes on from, for the record; its good results are found by their keys. */
  readonly resumes?: number;
  /** Hears each event once it is on disk. */
  readonly onEvent?: (event: RunEvent, state: RunState) => void;
}

/**
 * Runs the pipeline to its end and gives the run as its journal tells it. Cancelling through the signal, or by
 * another process through the journal folder, ends it with the outcome `cancelled`. Throws `config-invalid`,
 * `service-unknown`, `environment-unknown` before a run exists, and `journal-failed`.
 */
export async function startRun(
  ports: RunParts,
  facts: HostFacts,
  found: OpenWorkspace,
  options: StartOptions,
  signal: AbortSignal,
): Promise<RunState> {
  const { request } = options;
  checkRequest(found, request);
  const opened = {
    ...found,
    state: await readSubmodules(ports.repositories, found.folder, found.state, signal),
  };
  const dirty = dirtyServices(opened, ports.files);
  const plan = planRun(opened.workspace, request, {
    committed: opened.state.head !== undefined,
    dirtyServices: dirty,
  });

  const { commonFolder } = opened.repository.place;
  const journal = ports.stores.openJournal(commonFolder);
  const owned = await journal.createRun();
  const cancel = new AbortController();
  const listening = owned.onCancelRequested(() =>
    cancel.abort(new DOMException('Cancelled by another process', 'AbortError')),
  );
  try {
    const scope = await createRunScope(ports, facts, opened, plan, dirty, request, owned.number, signal);
    const leftovers = await endLeftovers(ports, journal);
    const stop = AbortSignal.any([signal, cancel.signal]);
    const state = await recordRun(scope, plan, owned, leftovers, options, stop);
    await Promise.all([scope.fingerprints.save(), scope.tools.save(), scope.baseImages.save()]);
    if (!hasWorked(state)) await scope.keptFiles.save(stop);
    await pruneRuns(journal, scope.records, opened.workspace.settings.keepRuns);
    return state;
  } finally {
    listening.dispose();
    await owned.close();
  }
}

/** Whether a step did anything that could have changed a file. */
function hasWorked({ services }: RunState): boolean {
  return services.some(({ steps }) => steps.some(({ startedAt }) => startedAt !== undefined));
}

/** The run between its first and last record. */
async function recordRun(
  scope: RunScope,
  plan: Plan,
  owned: OwnedRun,
  leftovers: readonly string[],
  options: StartOptions,
  signal: AbortSignal,
): Promise<RunState> {
  const now = (): number => scope.ports.clock.now();
  let state: RunState | undefined;
  const writer = createJournalWriter(owned, (event) => {
    state = reduceRun(state, event);
    if (state) options.onEvent?.(event, state);
  });
  const { state: git } = scope.opened;
  const started = writer.record({
    type: 'run-started',
    at: now(),
    run: scope.run,
    host: scope.facts.host,
    version: scope.facts.version,
    request: options.request,
    ...(options.resumes === undefined ? {} : { resumes: options.resumes }),
    commit: git.head,
    branch: git.branch,
    dirty: git.dirty.length > 0,
    services: plan.map(({ service, steps }) => ({
      name: service.name,
      steps: steps.map(({ step }) => step),
    })),
  });

  for (const message of leftovers) {
    // A journal that cannot be written fails the steps' own records.
    writer.record({ type: 'notice', at: now(), message }).catch(() => undefined);
  }

  // When one service cannot even be recorded, the others must stop before the run's files are closed.
  const broken = new AbortController();
  const done = new AbortController();
  const running = AbortSignal.any([signal, broken.signal]);
  const proposing = plan
    .filter(({ steps }) => steps.some(({ step }) => step === 'propose'))
    .map(({ service }) => service.name);
  const ahead = createAhead(scope, proposing, AbortSignal.any([running, done.signal]));
  const floor = {
    scope,
    proposing,
    ahead,
    siblings: createSiblings(),
    slots: createSlots(scope.opened.workspace.settings.parallel),
    owned,
    record: writer.record,
    signal: running,
  };
  // Awaited with the services; a rejection that nobody hears until then would end the process.
  started.catch(() => undefined);
  // Asking the remote takes longest and needs nothing of the other steps; a failure is met again where it matters.
  if (proposing.length > 0) scope.proposals?.source(signal).catch(() => undefined);
  ahead.lookForImages(plan);
  // What was asked is sent in this turn of the event loop: taking keys leaves no pause for it.
  await new Promise(setImmediate);
  // A question comes before the work, not in the middle of it when nobody looks any more.
  if (proposing.length > 0 && scope.proposals?.unanswered) {
    await started;
    await scope.proposals.allowed(signal, (ask) => ask(signal)).catch(() => undefined);
  }
  const services = plan.map((planned) =>
    runService(planned, floor).catch((error: unknown) => {
      broken.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(services);
  done.abort();
  await ahead.settled();
  const [, ...outcomes] = await Promise.all([started, ...services]);
  await writer.record({ type: 'run-finished', at: now(), outcome: worst(outcomes, signal) });
  if (!state) throw new TowlineError('journal-failed', { why: 'The first record of the run is missing.' });
  return state;
}

function worst(outcomes: readonly ServiceOutcome[], signal: AbortSignal): RunOutcome {
  if (signal.aborted) return 'cancelled';
  return (['failed', 'cancelled', 'held'] as const).find((outcome) => outcomes.includes(outcome)) ?? 'passed';
}
