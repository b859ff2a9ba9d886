import { present } from '../../base/present.ts';
import { visibleText } from '../text/visibleText.ts';
import type { Pod } from '../workloads/workload.ts';
import { configTrouble, findContainerTrouble } from './containerTrouble.ts';
import type { RolloutEvidence, Trouble } from './evidence.ts';
import { decisiveness } from './outlook.ts';
import type { VerdictSubject } from './verdict.ts';

/** What is wrong with a pod; undefined while it is on its way or there. */
export function findPodTrouble(pod: Pod, evidence: RolloutEvidence): Trouble | undefined {
  const place = { pod: pod.name };
  if (pod.phase === 'Failed' && pod.reason === 'Evicted')
    return {
      ...place,
      reason: 'evicted',
      sentence: `${pod.name} was evicted from ${pod.node ?? 'its node'}: ${visibleText(pod.message ?? 'no reason is given')}`,
      action: 'Give its containers requests that fit what they use, or make room on the node.',
    };
  if (pod.reason === 'NodeLost' || pod.phase === 'Unknown')
    return {
      ...place,
      reason: 'node-lost',
      sentence: `${pod.name} is on ${pod.node ?? 'a node'}, which does not answer`,
      action: 'See what became of the node; its pods are replaced when it is given up.',
    };
  const scheduled = pod.conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable')
    return { ...place, ...schedulingTrouble(pod, scheduled.message ?? '') };
  const found = pod.containers.flatMap((container) => findContainerTrouble(pod, container, evidence) ?? []);
  return mostDecisive(found) ?? mountTrouble(pod, evidence);
}

export function mostDecisive(troubles: readonly Trouble[]): Trouble | undefined {
  return troubles.toSorted(
    (one, other) => decisiveness.indexOf(one.reason) - decisiveness.indexOf(other.reason),
  )[0];
}

function schedulingTrouble(pod: Pod, message: string): Trouble {
  const claim = /persistentvolumeclaim "([^"]+)" not found/.exec(message)?.[1];
  if (claim !== undefined)
    return {
      reason: 'object-missing',
      sentence: `${pod.name} cannot be placed: PersistentVolumeClaim ${claim} does not exist`,
      action: `Create PersistentVolumeClaim ${claim}, or correct its name in the manifest.`,
      subject: { kind: 'reference', to: 'PersistentVolumeClaim', name: claim },
    };
  const lacking = /Insufficient ([\w./-]*\w)/.exec(message)?.[1];
  const said = visibleText(message).replace(/\.$/, '');
  return {
    reason: 'unschedulable',
    sentence: `${pod.name} fits no node${lacking === undefined ? '' : `: not enough ${lacking}`} (${said})`,
    action: adviceFor(message, lacking),
    ...present({ subject: subjectOf(message, lacking) }),
  };
}

function adviceFor(message: string, lacking: string | undefined): string {
  if (lacking !== undefined) return `Lower the ${lacking} request in the manifest, or make room on a node.`;
  if (/unbound immediate PersistentVolumeClaims/.test(message))
    return 'See why the claim is not bound: its storage class, size and access mode.';
  if (/taint/.test(message)) return 'Add a toleration for the taint, or take it off the node.';
  return 'Correct nodeSelector or affinity in the manifest, or label a node.';
}

function subjectOf(message: string, lacking: string | undefined): VerdictSubject | undefined {
  if (lacking !== undefined) return { kind: 'resource', side: 'requests', resource: lacking };
  return /didn't match (?:Pod's )?node (?:selector|affinity)/.test(message)
    ? { kind: 'placement' }
    : undefined;
}

/** A volume that cannot be mounted leaves the containers in `ContainerCreating`; only events say so. */
function mountTrouble(pod: Pod, { events }: RolloutEvidence): Trouble | undefined {
  if (pod.containers.some(({ state }) => state.kind !== 'waiting')) return undefined;
  const failed = events
    .filter(
      ({ about, reason }) =>
        about.uid === pod.uid && /^Failed(?:Mount|AttachVolume|CreatePodSandBox)$/.test(reason),
    )
    .toSorted((one, other) => other.last - one.last);
  const missing = failed.find(({ message }) => /not found|references non-existent/.test(message));
  const newest = missing ?? failed[0];
  if (!newest) return undefined;
  const volume = /for volume "([^"]+)"/.exec(newest.message)?.[1];
  const subject = volume === undefined ? {} : { subject: { kind: 'volume', name: volume } as const };
  const key = missing && /references non-existent (secret|config) key: (\S+)/.exec(missing.message);
  if (key && volume !== undefined) {
    const holder = key[1] === 'secret' ? 'Secret' : 'ConfigMap';
    return {
      pod: pod.name,
      reason: 'object-missing',
      sentence: `${pod.name} cannot start: the ${holder} of volume ${volume} has no key ${key[2]}`,
      action: `Add the key to the ${holder}, or correct its name in the manifest.`,
      ...subject,
    };
  }
  if (missing) {
    const trouble = configTrouble(pod.name, missing.message);
    if (trouble.reason === 'object-missing') return { pod: pod.name, ...trouble };
  }
  return {
    pod: pod.name,
    reason: 'waiting',
    sentence: `${pod.name} cannot start yet: ${visibleText(newest.message).split('\n')[0]}`,
    action: 'See the events of the pod; the node tries again by itself.',
    ...subject,
  };
}
