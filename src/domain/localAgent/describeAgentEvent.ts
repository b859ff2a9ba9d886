import { sentenceWithPlace } from '../verdict/sentenceWithPlace.ts';
import type { AgentEvent, DriftedObject, ReconcileReason } from './agentEvent.ts';
import { describeObject } from './objectName.ts';
import type { RolloutOutcome } from './rolloutOutcome.ts';

const reasons: Readonly<Record<ReconcileReason, string>> = {
  first: 'the agent has just started',
  'new-commit': 'the branch has a new commit',
  drift: 'the cluster differs from it',
  retry: 'it failed before',
  asked: 'somebody asked for it',
  resumed: 'it is no longer paused',
};

const outcomes: Readonly<Record<RolloutOutcome, string>> = {
  healthy: 'all of it is healthy',
  failed: 'not all of it works',
  'timed-out': 'not all of it became healthy in time; it is followed on',
};

/** One sentence without a full stop; undefined for what needs none: an object that stays as it is. */
export function describeAgentEvent(event: AgentEvent): string | undefined {
  switch (event.type) {
    case 'following': {
      const { branch, path, repository, environment } = event.source;
      return `${environment}: ${event.context} follows ${path || 'the root'} on ${branch} of ${repository}`;
    }
    case 'looked':
      return undefined;
    case 'reconcile-started': {
      const count = event.objects === 1 ? '1 object' : `${event.objects} objects`;
      return `${short(event.commit)}: applying ${count}, as ${reasons[event.why]}`;
    }
    case 'applied':
      return event.change === 'unchanged' ? undefined : `${describeObject(event.object)} ${event.change}`;
    case 'pruned':
      return `${describeObject(event.object)} pruned: it is no longer in Git`;
    case 'kept':
      return `${describeObject(event.object)} left Git and stays: ${event.because}`;
    case 'verdict':
      return sentenceWithPlace(event.verdict);
    case 'reconciled':
      return `${short(event.commit)} is applied`;
    case 'settled':
      return `${short(event.commit)}: ${outcomes[event.outcome]}`;
    case 'failed':
      return `${event.failure.what}: ${event.failure.why}`;
    case 'drifted':
      return `drift: ${event.objects.map(describeDrift).join('; ')}`;
    case 'paused':
      return 'paused: nothing is applied until it is resumed';
    case 'resumed':
      return 'resumed';
  }
}

/** e.g. "Deployment shop/api differs in spec.replicas" */
function describeDrift({ name, change }: DriftedObject): string {
  const what = change === 'gone' ? 'is gone' : `differs in ${change.join(', ')}`;
  return `${describeObject(name)} ${what}`;
}

function short(commit: string): string {
  return commit.slice(0, 7);
}
