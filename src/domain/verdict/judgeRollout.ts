import { present } from '../../base/present.ts';
import { visibleText } from '../text/visibleText.ts';
import type { Pod, Workload } from '../workloads/workload.ts';
import { isProvenAfterCrash, isProvenAfterStart } from './containerProof.ts';
import type { RolloutEvidence, Trouble } from './evidence.ts';
import { outlook } from './outlook.ts';
import { findPodTrouble, mostDecisive } from './podTrouble.ts';
import { rolloutProgress } from './rolloutProgress.ts';
import type { Verdict, VerdictSubject } from './verdict.ts';

/**
 * One sentence on a rollout: what its controller counts decides whether it is over, and the most decisive trouble of
 * its newest pods why it is not. Old pods do not count, and neither does the time that has passed. Time that a container
 * has run does: one that runs again after a crash counts once it has outlasted the run before, and one that no probe asks
 * whether it works once it has run for a while.
 */
export function judgeRollout(evidence: RolloutEvidence): Verdict {
  const { workload, before } = evidence;
  const progress = rolloutProgress(workload);
  const failed = jobFailure(workload);
  if (failed) return verdictOf(workload, withLastWords(failed, evidence));
  const pods = newestPods(evidence).filter(({ deleting }) => deleting === undefined);
  const containers = pods.flatMap((pod) => pod.containers);
  const isOver =
    progress.done &&
    !isHeldBack(workload) &&
    containers.every((container) => isProvenAfterCrash(container, evidence.now));
  const fresh =
    'desired' in workload
      ? containers.find((container) => !isProvenAfterStart(container, evidence.now))
      : undefined;
  if (isOver && !fresh)
    return { state: 'healthy', sentence: `${workload.name} is healthy: ${progress.words}` };

  const trouble = mostDecisive([
    ...pods.flatMap((pod) => findPodTrouble(pod, evidence) ?? []),
    ...(creationTrouble(evidence, pods) ?? []),
  ]);
  if (trouble) return verdictOf(workload, trouble);
  const held = heldBack(workload);
  if (held) return verdictOf(workload, held);
  const deadline = deadlineTrouble(workload, progress.words);
  // What was wrong a moment ago is still the reason while nothing has become better.
  if (
    before?.reason &&
    before.reason !== 'waiting' &&
    pods.some((pod) => pod.name === before.pod && !pod.ready)
  )
    return before;
  if (deadline) return verdictOf(workload, deadline);
  if (isOver && fresh)
    return {
      state: 'progressing',
      sentence: `${workload.name} is on its way: ${progress.words}; ${fresh.name} has just started, and no readiness probe tells whether it works`,
    };
  return { state: 'progressing', sentence: `${workload.name} is on its way: ${progress.words}` };
}

/** A sentence on a pod or container says first whose it is. */
function verdictOf({ name }: Workload, trouble: Trouble): Verdict {
  const [first = ''] = trouble.sentence.split(/[\s:]/);
  const isNamed = first === name || first.startsWith(`${name}-`);
  const sentence = isNamed ? trouble.sentence : `${name}: ${trouble.sentence}`;
  return { state: outlook[trouble.reason], ...trouble, sentence };
}

/** Pods of the revision that is being rolled out; all where none can be told from another. */
function newestPods({ workload, replicaSets, pods }: RolloutEvidence): readonly Pod[] {
  if (workload.kind === 'Deployment') {
    const newest =
      replicaSets.find(({ revision }) => revision !== undefined && revision === workload.revision) ??
      replicaSets.toSorted((one, other) => other.created - one.created)[0];
    return newest ? pods.filter(({ owner }) => owner?.uid === newest.uid) : pods;
  }
  if (workload.kind === 'StatefulSet' && workload.updateRevision !== undefined) {
    const { updateRevision } = workload;
    const updated = pods.filter(({ labels }) => labels['controller-revision-hash'] === updateRevision);
    return updated.length > 0 ? updated : pods;
  }
  if (workload.kind === 'Job') return pods.filter(({ phase }) => phase !== 'Failed' || pods.length === 1);
  return pods;
}

/** Why its controller cannot make pods: quotas and admission refuse them before they exist. */
function creationTrouble(
  { workload, replicaSets, events }: RolloutEvidence,
  pods: readonly Pod[],
): readonly Trouble[] | undefined {
  const makers = new Set([workload.uid, ...replicaSets.map(({ uid }) => uid)]);
  const refused = events
    .filter(({ about, reason }) => reason === 'FailedCreate' && makers.has(about.uid))
    .toSorted((one, other) => other.last - one.last)[0];
  const condition = workload.conditions.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  );
  const newestPod = Math.max(0, ...pods.map(({ created }) => created));
  // A pod that was made since shows that it works again.
  const message = condition?.message ?? (refused && refused.last >= newestPod ? refused.message : undefined);
  if (message === undefined) return undefined;
  const said = visibleText(message);
  const quota = /exceeded quota: ([^,\s]+)(?:, (.*))?/.exec(said);
  if (quota)
    return [
      {
        reason: 'quota-exceeded',
        sentence: `${workload.name} gets no more pods: quota ${quota[1]} is used up${quota[2] ? ` (${quota[2]})` : ''}`,
        action: `Ask for less in the manifest, end what is not needed, or raise quota ${quota[1]}.`,
        ...present({ subject: quotaSubject(quota[2] ?? '') }),
      },
    ];
  const account = /serviceaccount "([^"]+)" not found/.exec(said)?.[1];
  if (account !== undefined)
    return [
      {
        reason: 'object-missing',
        sentence: `${workload.name} gets no pods: ServiceAccount ${account} does not exist`,
        action: `Create ServiceAccount ${account}, or correct its name in the manifest.`,
        subject: { kind: 'reference', to: 'ServiceAccount', name: account },
      },
    ];
  return [
    {
      reason: 'admission-refused',
      sentence: `${workload.name} gets no pods: the cluster refuses them: ${said}`,
      action: 'Correct what the refusal names in the manifest.',
      ...present({ subject: refusalSubject(said) }),
    },
  ];
}

/** @param said `requested: limits.memory=2Gi, used: limits.memory=0, limited: limits.memory=1Gi` */
function quotaSubject(said: string): VerdictSubject | undefined {
  const [, side, resource] = /requested: (?:(requests|limits)\.)?([^=,]+)=/.exec(said) ?? [];
  if (resource === undefined) return undefined;
  if (resource === 'pods' || resource === 'count/pods') return { kind: 'setting', name: 'replicas' };
  return { kind: 'resource', side: side === 'limits' ? 'limits' : 'requests', resource };
}

/** Quotas and limit ranges name the resource that pods have to say something else, or anything, of. */
function refusalSubject(said: string): VerdictSubject | undefined {
  const [, side, missing] = /must specify (?:(requests|limits)\.)?([\w./-]+)/.exec(said) ?? [];
  if (missing !== undefined)
    return { kind: 'resource', side: side === 'limits' ? 'limits' : 'requests', resource: missing };
  const [, bound, resource] = /(maximum|minimum) (\S+) usage per (?:Container|Pod) is /.exec(said) ?? [];
  if (resource === undefined) return undefined;
  return { kind: 'resource', side: bound === 'maximum' ? 'limits' : 'requests', resource };
}

function jobFailure(workload: Workload): Trouble | undefined {
  if (workload.kind !== 'Job') return undefined;
  const failed = workload.conditions.find(({ type, status }) => type === 'Failed' && status === 'True');
  if (!failed) return undefined;
  const isLate = failed.reason === 'DeadlineExceeded';
  const why = isLate ? 'it took longer than its deadline' : `${workload.failed} of its pods failed`;
  return {
    reason: 'job-failed',
    sentence: `${workload.name} failed: ${why}`,
    action: 'Read the log of its last pod; a Job is made anew to run again.',
    ...(isLate ? { subject: { kind: 'setting', name: 'activeDeadlineSeconds' } } : {}),
  };
}

/** A Job's own reason is how often it failed; that of its last pod is why. */
function withLastWords(failed: Trouble, evidence: RolloutEvidence): Trouble {
  const newest = evidence.pods.toSorted((one, other) => other.created - one.created)[0];
  const trouble = newest && findPodTrouble(newest, evidence);
  if (!trouble) return failed;
  const { sentence, action: _, reason: __, ...place } = trouble;
  return { ...place, ...failed, sentence: `${failed.sentence}; the last one: ${sentence}` };
}

function isHeldBack(workload: Workload): boolean {
  return workload.kind === 'CronJob' && workload.suspended;
}

function heldBack(workload: Workload): Trouble | undefined {
  if (workload.kind === 'Deployment' && workload.paused)
    return {
      reason: 'paused',
      sentence: `${workload.name} is paused: ${rolloutProgress(workload).words}`,
      action: 'Take `paused: true` out of the manifest to go on.',
      subject: { kind: 'setting', name: 'paused' },
    };
  if ((workload.kind === 'Job' || workload.kind === 'CronJob') && workload.suspended)
    return {
      reason: 'suspended',
      sentence: `${workload.name} is suspended`,
      action: 'Take `suspend: true` out of the manifest to let it run.',
      subject: { kind: 'setting', name: 'suspend' },
    };
  return undefined;
}

function deadlineTrouble(workload: Workload, words: string): Trouble | undefined {
  if (workload.kind !== 'Deployment') return undefined;
  const exceeded = workload.conditions.some(
    ({ type, status, reason }) =>
      type === 'Progressing' && status === 'False' && reason === 'ProgressDeadlineExceeded',
  );
  if (!exceeded) return undefined;
  return {
    reason: 'deadline-exceeded',
    sentence: `${workload.name} has made no progress for ${workload.progressDeadline} s: ${words}`,
    action: 'Look at its pods and their events; nothing else says why.',
  };
}
