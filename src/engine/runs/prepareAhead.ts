import type { Plan } from '../../domain/plan/planRun.ts';
import type { StepName } from '../../domain/runs/stepName.ts';
import type { Service } from '../../domain/workspace/service.ts';
import { findBranches, isMerged } from '../proposals/describeSource.ts';
import type { Proposals } from '../proposals/proposals.ts';
import type { RunScope } from './runScope.ts';

/** What later steps need, asked or loaded while an earlier one waits for another program. */
export interface Ahead {
  /** Asks for the images that were pushed last: most runs find them to be theirs, once they have taken their keys. */
  lookForImages(plan: Plan): void;
  /** Called when this step of this service waits. Failures are silent; the step that needs it meets them again. */
  prepare(step: StepName, service: Service): void;
  /** Waits for what was begun. */
  settled(): Promise<void>;
}

/** Any tag and digest: which files an edit reads does not depend on them. */
const anyImage = { tag: 'tag', digest: `sha256:${'0'.repeat(64)}` };

/**
 * Only what stays as it is, or is asked again after a while: what another process may change meanwhile is left to the
 * step that needs it.
 * @param proposing names of the services that take the propose step
 */
export function createAhead(scope: RunScope, proposing: readonly string[], signal: AbortSignal): Ahead {
  const { proposals, opened, registries } = scope;
  const begun: Promise<unknown>[] = [];
  let proposed = false;

  function forBuild(service: Service): void {
    begun.push(scope.engine.get(signal), scope.newestCommits.of(service, signal));
  }

  /** Whether the remote has the source is asked again when it matters, which costs little where no ref has changed. */
  async function lookForSource({ source }: Proposals, service: Service): Promise<void> {
    if (isMerged(await source(signal), opened)) return;
    const commit = await scope.newestCommits.of(service, signal);
    if (commit) await findBranches(opened.repository, commit.id, signal);
  }

  /** Reads the manifests by trying the edit. */
  function forProposals(): void {
    if (!proposals || proposed || proposing.length === 0) return;
    proposed = true;
    const wanted = opened.workspace.services
      .filter(({ name }) => proposing.includes(name))
      .map(({ image }) => ({ matches: image, repository: registries.repositoryOf(image), ...anyImage }));
    begun.push(proposals.edit(wanted, signal), proposals.recentSubjects(signal));
  }

  async function begin(step: StepName, service: Service): Promise<void> {
    // The program that is waited for is started first.
    await new Promise(setImmediate);
    if (step === 'test' && scope.request.until !== 'test') {
      forBuild(service);
      if (proposals && proposing.includes(service.name)) begun.push(lookForSource(proposals, service));
    }
    forProposals();
    for (const each of begun) each.catch(() => undefined);
  }

  return {
    lookForImages(plan) {
      if (scope.request.anyway) return;
      for (const { service, steps } of plan) {
        if (!steps.some(({ step }) => step === 'push')) continue;
        const output = scope.results.latest('push', service.name)?.output;
        if (output?.step === 'push') begun.push(registries.holds(output.repository, output.digest, signal));
      }
      for (const each of begun) each.catch(() => undefined);
    },
    prepare(step, service) {
      // Trying must not end the run; who needs it says what is wrong.
      begin(step, service).catch(() => undefined);
    },
    async settled() {
      await Promise.allSettled(begun);
    },
  };
}
