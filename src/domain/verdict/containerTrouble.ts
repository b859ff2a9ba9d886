import { visibleText } from '../text/visibleText.ts';
import type { ClusterEvent, ContainerEnd, Needed, Pod, PodContainer } from '../workloads/workload.ts';
import { isProvenAfterCrash } from './containerProof.ts';
import type { RolloutEvidence, Trouble } from './evidence.ts';
import { describeImageTrouble, readImageTrouble } from './imageTrouble.ts';

/** Milliseconds after which an init container that only runs is said to be stuck. */
const patienceWithInit = 30_000;

/** Milliseconds that a container may take to answer its probes before that is said: most fail while a program starts. */
const patienceWithProbes = 10_000;

/** What is wrong with one container of a pod; undefined where it is on its way or there. */
export function findContainerTrouble(
  pod: Pod,
  container: PodContainer,
  evidence: RolloutEvidence,
): Trouble | undefined {
  const about = evidence.events.filter((event) => event.about.uid === pod.uid);
  const place = { pod: pod.name, container: container.name };
  const { state } = container;
  const named = container.role === 'init' ? `init container ${container.name}` : container.name;
  if (state.kind === 'waiting') {
    const said = visibleText(state.message ?? '');
    switch (state.reason) {
      case 'ErrImagePull':
      case 'ImagePullBackOff':
      case 'RegistryUnavailable':
      case 'ErrImageNeverPull':
      case 'InvalidImageName':
        return { ...place, ...imageTrouble(named, container, state.reason, said, about) };
      case 'CrashLoopBackOff':
        return { ...place, ...endTrouble(named, pod, container, container.last, evidence, about) };
      case 'CreateContainerConfigError':
        return { ...place, ...configTrouble(named, said, container) };
      case 'CreateContainerError':
      case 'RunContainerError':
      case 'PreCreateHookError':
      case 'PreStartHookError':
      case 'PostStartHookError':
        return { ...place, ...refusedTrouble(named, said || String(state.reason), container) };
      default:
        return undefined;
    }
  }
  if (state.kind === 'ended') {
    const wasMeant = state.exitCode === 0 && (container.role === 'init' || pod.phase === 'Succeeded');
    if (wasMeant || (state.exitCode === 0 && container.restarts === 0)) return undefined;
    return { ...place, ...endTrouble(named, pod, container, state, evidence, about) };
  }
  if (container.ready)
    return isProvenAfterCrash(container, evidence.now)
      ? undefined
      : { ...place, ...endTrouble(named, pod, container, container.last, evidence, about) };
  const running = evidence.now - (state.since ?? evidence.now);
  if (container.role === 'init') {
    if (running < patienceWithInit) return undefined;
    return {
      ...place,
      reason: 'init-stuck',
      sentence: `${named} has run for ${Math.round(running / 1000)} s and does not end, so the others cannot start`,
      action: `Look at what it waits for: the log of ${container.name}.`,
      subject: { kind: 'container' },
    };
  }
  const probe = running < patienceWithProbes ? undefined : probeTrouble(named, container, about);
  if (probe) return { ...place, ...probe };
  // Between two crashes it runs, and is no better for it.
  if (container.restarts > 0 && container.last && container.last.exitCode !== 0)
    return { ...place, ...endTrouble(named, pod, container, container.last, evidence, about) };
  return undefined;
}

function imageTrouble(
  named: string,
  { image }: PodContainer,
  reason: string,
  said: string,
  events: readonly ClusterEvent[],
): Trouble {
  const subject = { kind: 'image' } as const;
  if (reason === 'InvalidImageName')
    return {
      reason: 'image-missing',
      subject,
      sentence: `${named} cannot start: ${JSON.stringify(image)} is not an image name`,
      action: 'Correct the image in the manifest.',
    };
  if (reason === 'ErrImageNeverPull')
    return {
      reason: 'image-missing',
      subject,
      sentence: `${named} cannot start: image ${image} is not on the node and its imagePullPolicy is Never`,
      action: 'Load the image into the node, or let it be pulled.',
    };
  // While it backs off the state no longer says why; the event of the last attempt does.
  const attempts = events
    .filter((event) => event.reason === 'Failed' && event.message.includes(image))
    .toSorted((one, other) => other.last - one.last);
  const found = [said, ...attempts.map(({ message }) => message)].map(readImageTrouble).find(Boolean);
  if (found) {
    const { what, action } = describeImageTrouble(image, found);
    return { reason: found, sentence: `${named} cannot start: ${what}`, action, subject };
  }
  const why = visibleText(attempts[0]?.message ?? said);
  return {
    reason: 'image-unreachable',
    sentence: `${named} cannot start: image ${image} cannot be pulled${why === '' ? '' : `: ${why}`}`,
    action: 'Check the image in the manifest and that the node reaches its registry.',
    subject,
  };
}

function endTrouble(
  named: string,
  pod: Pod,
  container: PodContainer,
  end: ContainerEnd | undefined,
  { lastLines }: RolloutEvidence,
  events: readonly ClusterEvent[],
): Trouble {
  const lines = lastLines.get(`${pod.uid}/${container.name}`);
  const shown = lines && lines.length > 0 ? { lastLines: lines } : {};
  const times =
    container.restarts > 0
      ? `, ${container.restarts} ${container.restarts === 1 ? 'restart' : 'restarts'}`
      : '';
  if (end?.reason === 'OOMKilled') {
    const limit = container.limits.memory;
    return {
      reason: 'out-of-memory',
      sentence: `${named} was killed for using more memory than ${limit === undefined ? 'there is' : `its limit of ${limit}`}${times}`,
      action: 'Raise its memory limit in the manifest, or find out what needs so much.',
      subject: { kind: 'resource', side: 'limits', resource: 'memory' },
      ...shown,
    };
  }
  if (end?.reason === 'ContainerCannotRun' || end?.reason === 'StartError')
    return refusedTrouble(named, visibleText(end.message ?? end.reason), container);
  const liveness = events
    .filter(({ reason, message }) => reason === 'Unhealthy' && /^(?:Liveness|Startup) probe/.test(message))
    .toSorted((one, other) => other.last - one.last)[0];
  if (liveness && (end?.exitCode === 137 || end?.exitCode === 143))
    return { ...describeProbe(named, container, liveness.message, true), ...shown };
  const last = lines?.findLast((line) => line.trim() !== '');
  const said = last === undefined ? '' : `: ${visibleText(last.trim()).slice(0, 200)}`;
  if (end?.exitCode === 0)
    return {
      reason: 'crashed',
      sentence: `${named} ends by itself with exit code 0${times}${said}`,
      action: 'Let the program run on, or make it a Job; its log says what it did.',
      subject: { kind: 'container' },
      ...shown,
    };
  const code = end ? `with exit code ${end.exitCode}` : 'again and again';
  return {
    reason: 'crashed',
    sentence: `${named} crashes ${code}${times}${said}`,
    action: `Read its log: \`kubectl logs -n ${pod.namespace} ${pod.name} -c ${container.name} --previous\`.`,
    subject: { kind: 'container' },
    ...shown,
  };
}

/** `secret "x" not found`, `configmap "x" not found`, `couldn't find key k in Secret ns/x`: the kubelet's own words. */
export function configTrouble(named: string, message: string, container?: PodContainer): Trouble {
  const missing = /(secrets?|configmaps?|serviceaccounts?|persistentvolumeclaims?) "([^"]+)" not found/i.exec(
    message,
  );
  const kind = kindNames[(missing?.[1] ?? '').toLowerCase().replace(/s$/, '')];
  const name = missing?.[2];
  if (kind && name !== undefined)
    return {
      reason: 'object-missing',
      sentence: `${named} cannot start: ${kind} ${name} does not exist in its namespace`,
      action: `Create ${kind} ${name}, or mark the reference optional in the manifest.`,
      subject: { kind: 'reference', to: kind, name },
    };
  const key = /couldn't find key (\S+) in (Secret|ConfigMap) (\S+)/.exec(message);
  const keyHolder = key?.[3]?.split('/').at(-1) ?? '';
  if (key)
    return {
      reason: 'object-missing',
      sentence: `${named} cannot start: ${key[2]} ${keyHolder} has no key ${key[1]}`,
      action: `Add the key to ${key[2]} ${keyHolder}, or correct the name in the manifest.`,
      subject: {
        kind: 'reference',
        to: key[2] === 'Secret' ? 'Secret' : 'ConfigMap',
        name: keyHolder,
        key: key[1] ?? '',
      },
    };
  return refusedTrouble(named, message, container);
}

const kindNames: Readonly<Record<string, Needed['kind']>> = {
  secret: 'Secret',
  configmap: 'ConfigMap',
  serviceaccount: 'ServiceAccount',
  persistentvolumeclaim: 'PersistentVolumeClaim',
};

function refusedTrouble(named: string, said: string, container?: PodContainer): Trouble {
  // Where the kubelet says again whose it is.
  const what = said.replace(/ \(pod: "[^"]*", container: [^)]*\)$/, '');
  // What cannot be run is what the container's own words say, unless a mount or the security settings are named.
  const isProgram =
    /executable file not found|exec: |no such file or directory: unknown|exec format error/.test(said);
  return {
    reason: 'container-refused',
    sentence: `${named} cannot be started${what === '' ? '' : `: ${what}`}`,
    action: 'Correct what the runtime names: the command, a mount, or the security settings.',
    ...(container ? { subject: { kind: isProgram ? 'command' : 'container' } } : {}),
  };
}

function probeTrouble(
  named: string,
  container: PodContainer,
  events: readonly ClusterEvent[],
): Trouble | undefined {
  const newest = events
    .filter(
      ({ reason, about }) =>
        reason === 'Unhealthy' && (about.field === undefined || about.field.includes(`{${container.name}}`)),
    )
    .toSorted((one, other) => other.last - one.last)[0];
  return newest && describeProbe(named, container, newest.message, false);
}

function describeProbe(named: string, container: PodContainer, message: string, kills: boolean): Trouble {
  const [, kind = 'Readiness', answer = message] =
    /^(Readiness|Liveness|Startup) probe (?:failed|errored): ?([\s\S]*)$/.exec(message) ?? [];
  const probe = container.probes.find((each) => each.kind === kind.toLowerCase());
  const asked = probe ? ` (${probe.asks})` : '';
  const said = visibleText(answer.trim()).slice(0, 200);
  return {
    reason: 'probe-failing',
    sentence: `${named} ${kills ? 'is restarted because' : 'is not ready:'} its ${kind.toLowerCase()} probe${asked} fails${said === '' ? '' : `: ${said}`}`,
    action: `See whether the program answers there, or correct the ${kind.toLowerCase()} probe in the manifest.`,
    ...(probe ? { subject: { kind: 'probe', probe: probe.kind } } : {}),
  };
}
