import { window } from 'vscode';
import type { Disposable } from '../../base/disposable.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { Consent, ProposedChange } from '../../engine/ports/consent.ts';
import type { ProposalDocuments } from '../documents/createProposalDocuments.ts';
import type { Store } from '../state/store.ts';
import type { NodeTarget } from '../views/treeNode.ts';
import { readSetting } from './settings.ts';

type Answer = 'approved' | 'declined';

/** A proposal whose answer is awaited. */
interface Waiting {
  readonly change: ProposedChange;
  answer(answer: Answer): void;
}

/** Which waiting proposal is meant; the only one when nothing is said. */
export type Which = Pick<NodeTarget, 'repository' | 'run' | 'service'>;

/** Asks the user of this window, and keeps what is still unanswered where the tree and the commands find it. */
export interface EditorConsent extends Consent, Disposable {
  /** Answers a waiting proposal of a run, or the only one there is; whether there was one. */
  answer(which: Which, answer: Answer): boolean;
  /** Opens the diff of a waiting proposal; whether there was one. */
  show(which: Which): Promise<boolean>;
}

export function createConsent(store: Store, documents: ProposalDocuments): EditorConsent {
  const waiting = new Set<Waiting>();
  let shown: Promise<unknown> = Promise.resolve();

  function find({ repository, run, service }: Which): Waiting | undefined {
    return [...waiting].find(
      ({ change }) =>
        (repository === undefined || change.repository === repository) &&
        (run === undefined || change.run === run) &&
        (service === undefined || change.services.includes(service)),
    );
  }

  function mark({ change }: Waiting, marked: boolean): void {
    store.updateRepository(
      change.repository,
      (repository) => {
        const next = new Set(repository.waiting);
        for (const service of change.services) {
          const name = `${change.run}/${service}`;
          if (marked) next.add(name);
          else next.delete(name);
        }
        return { ...repository, waiting: next };
      },
      change.run,
    );
  }

  function showDiff({ change }: Waiting): Promise<void> {
    const title = `${change.services.join(', ')} → ${change.environment} (proposed)`;
    return documents.show(`run ${change.run} ${change.branch}`, visibleText(title), change.files);
  }

  async function askBeside(asked: Waiting): Promise<void> {
    const { change } = asked;
    await showDiff(asked);
    const chosen = await window.showInformationMessage(
      visibleText(
        `Propose this to ${change.environment}? It becomes a commit on ${change.branch}${change.remote === undefined ? '' : `, pushed to ${change.remote}`}.`,
      ),
      'Approve',
      'Decline',
    );
    // A message that was only closed leaves the question in the Runs view.
    if (chosen !== undefined) asked.answer(chosen === 'Approve' ? 'approved' : 'declined');
  }

  return {
    async allowBranches({ environment, remote, branches, base }, signal) {
      signal.throwIfAborted();
      const detail = visibleText(
        [
          `To: ${remote}`,
          `Against: ${base}`,
          ...branches.map((branch) => `Branch: ${branch}`),
          '',
          `Towline changes image lines on these branches only, now and in later runs. It never pushes to ${base} itself.`,
        ].join('\n'),
      );
      const question = window.showInformationMessage(
        visibleText(`Push proposals for ${environment}?`),
        { modal: true, detail },
        'Push',
      );
      return (await abortable(question, signal)) === 'Push' ? 'allowed' : 'declined';
    },
    async approve(change, signal) {
      signal.throwIfAborted();
      if (!readSetting('towline.propose.confirm')) return 'approved';
      const decided = Promise.withResolvers<Answer>();
      const asked: Waiting = { change, answer: decided.resolve };
      waiting.add(asked);
      mark(asked, true);
      // One diff after the other: two at once would leave open which one is meant.
      const turn = shown;
      shown = decided.promise.catch(() => undefined);
      void turn.then(() => (waiting.has(asked) ? askBeside(asked) : undefined)).catch(() => undefined);
      try {
        return await abortable(decided.promise, signal);
      } finally {
        waiting.delete(asked);
        decided.resolve('declined');
        mark(asked, false);
      }
    },
    answer(which, answer) {
      const found = find(which);
      found?.answer(answer);
      return found !== undefined;
    },
    async show(which) {
      const found = find(which);
      if (found) await showDiff(found);
      return found !== undefined;
    },
    dispose() {
      for (const each of waiting) each.answer('declined');
    },
  };
}

/** The answer, or the signal's reason when nobody waits for it any more. */
async function abortable<T>(question: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([question, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
