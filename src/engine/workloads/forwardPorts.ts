import type { Disposable } from '../../base/disposable.ts';
import { present } from '../../base/present.ts';
import { untilAborted } from '../../base/untilAborted.ts';
import { createWake } from '../../base/wake.ts';
import { type Failure, failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { countOf, listOf, specOf, textOf } from '../../domain/kubernetes/objectFields.ts';
import { readPod } from '../../domain/workloads/readPod.ts';
import { readWorkload } from '../../domain/workloads/readWorkload.ts';
import type { ContainerTemplate, Pod } from '../../domain/workloads/workload.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads, PodPlace } from '../ports/clusters.ts';
import { type FollowedPods, followPods } from './followPods.ts';
import { findKind, placeWords } from './objectPlace.ts';
import type { PodSource } from './podSource.ts';

/** A port that can be forwarded. */
export interface PortOffer {
  readonly port: number;
  readonly name?: string;
  /** Container that names it; absent for those of a Service. */
  readonly container?: string;
}

export interface ForwardOptions {
  /** Of the pod, or of the Service: the pod's is found for it. */
  readonly port: number;
  /** 0: any free one. */
  readonly localPort: number;
}

export type ForwardState =
  /** Connections go to this pod. */
  | { readonly kind: 'ready'; readonly pod: string }
  /** No pod is ready; a connection waits for one, for a while. */
  | { readonly kind: 'waiting' };

/** A local port that leads to whichever pod is ready. */
export interface Forwarding extends Disposable {
  /** The same for its life. */
  readonly localPort: number;
  readonly state: ForwardState;
  /** The last connection that could not be carried, until connections go to another pod. */
  readonly failure: Failure | undefined;
  /** Called when `state` or `failure` has changed. */
  onChange(listener: () => void): Disposable;
}

/** Milliseconds that a connection waits for a pod to be ready. */
const longestWait = 30_000;

/** Ports that a source says it has, TCP only. Throws `object-missing`. */
export async function listPorts(
  reads: ClusterReads,
  source: PodSource,
  signal: AbortSignal,
): Promise<readonly PortOffer[]> {
  const object = await reads.get(
    await findKind(reads, source, signal),
    source.namespace,
    source.name,
    signal,
  );
  if (!object) throw new TowlineError('object-missing', { why: `There is no ${placeWords(source)}.` });
  if (source.kind === 'Service')
    return servicePorts(object).map(({ port, name }) => ({ port, ...present({ name }) }));
  const containers =
    source.kind === 'Pod' ? readPod(object).containers : (readWorkload(object)?.template.containers ?? []);
  return containers.flatMap((container) =>
    tcpPorts(container).map(({ port, name }) => ({
      port,
      container: container.name,
      ...present({ name }),
    })),
  );
}

/**
 * Listens on 127.0.0.1 until disposed of or the signal is aborted. Each connection goes to the pod that is ready then, so
 * that a replaced pod costs only the connections it had. Throws `object-missing`, `port-taken`.
 */
export async function forwardPorts(
  { reads, clock }: { readonly reads: ClusterReads; readonly clock: Clock },
  source: PodSource,
  { port, localPort }: ForwardOptions,
  signal: AbortSignal,
): Promise<Forwarding> {
  const ending = new AbortController();
  const stop = AbortSignal.any([signal, ending.signal]);
  const listeners = new Set<() => void>();
  const waiting = new Set<() => void>();
  /** Pods, as they were, that did not take a connection: they come last until they change. */
  const refused = new WeakSet<Pod>();
  let followed: FollowedPods | undefined;
  let current: Pod | undefined;
  let failure: Failure | undefined;

  function choose(): Pod | undefined {
    const usable = (followed?.pods ?? []).filter((pod) => isUsable(source, pod));
    const willing = usable.filter((pod) => !refused.has(pod));
    return willing.find(({ uid }) => uid === current?.uid) ?? willing[0] ?? usable[0];
  }

  function update(): void {
    const before = current;
    current = choose();
    if (current?.uid === before?.uid) return;
    failure = undefined;
    if (current) for (const go of [...waiting]) go();
    tell();
  }

  function tell(): void {
    for (const listener of [...listeners]) listener();
  }

  async function untilReady(asked: AbortSignal): Promise<Pod> {
    update();
    if (current) return current;
    const wake = createWake();
    const late = new AbortController();
    waiting.add(wake.call);
    try {
      const limit = clock.wait(longestWait, AbortSignal.any([asked, late.signal]));
      await Promise.race([untilAborted(wake.next(), asked), limit]);
    } finally {
      waiting.delete(wake.call);
      late.abort();
    }
    if (current) return current;
    throw new TowlineError('cluster-failed', {
      why: `No pod of ${placeWords(source)} was ready within ${longestWait / 1000} s.`,
      next: 'Look at why its pods are not ready; the port stays open.',
    });
  }

  try {
    followed = await followPods({ reads, clock }, source, update, stop);
    update();
    const forward = await reads.forwardPort(
      {
        localPort,
        async choose(asked): Promise<PodPlace & { readonly port: number }> {
          const pod = await untilReady(asked);
          return {
            namespace: pod.namespace,
            pod: pod.name,
            port: portOf(source, followed?.object, pod, port),
          };
        },
        onFailure(error) {
          failure = failureOf(error);
          if (current) refused.add(current);
          tell();
        },
      },
      stop,
    );
    stop.addEventListener('abort', () => forward.dispose(), { once: true });
    return {
      localPort: forward.port,
      get state(): ForwardState {
        return current ? { kind: 'ready', pod: current.name } : { kind: 'waiting' };
      },
      get failure() {
        return failure;
      },
      onChange(listener) {
        listeners.add(listener);
        return { dispose: () => void listeners.delete(listener) };
      },
      dispose: () => ending.abort(),
    };
  } catch (error) {
    ending.abort();
    throw error;
  }
}

/** A pod that is named is taken as soon as it runs; among several only those that are ready. */
function isUsable({ kind }: PodSource, { deleting, ready, phase }: Pod): boolean {
  return deleting === undefined && (kind === 'Pod' ? phase === 'Running' : ready);
}

function portOf(
  { kind }: PodSource,
  object: ClusterObject | undefined,
  { containers }: Pod,
  port: number,
): number {
  if (kind !== 'Service' || !object) return port;
  const target = servicePorts(object).find((one) => one.port === port)?.target;
  if (typeof target !== 'string') return target ?? port;
  const named = containers.flatMap(tcpPorts).find(({ name }) => name === target);
  return named?.port ?? port;
}

function servicePorts(object: ClusterObject): readonly {
  readonly port: number;
  readonly name: string | undefined;
  readonly target: number | string | undefined;
}[] {
  return listOf(specOf(object).ports)
    .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
    .map(({ port, name, targetPort }) => ({
      port: countOf(port) ?? 0,
      name: textOf(name),
      target: countOf(targetPort) ?? textOf(targetPort),
    }));
}

function tcpPorts({ ports }: ContainerTemplate): ContainerTemplate['ports'] {
  return ports.filter(({ protocol }) => protocol === 'TCP');
}
