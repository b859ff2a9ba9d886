import type { ContainerEnd, Pod, PodContainer } from '../../domain/workloads/workload.ts';
import type { ClusterReads } from '../ports/clusters.ts';

/** Lines that are read and kept of a container that ended badly. */
const kept = 10;

/** Ends that are remembered: far more than are looked at together, and not for ever. */
const remembered = 500;

/** Last output of containers that ended badly. */
export interface LastLines {
  /** By `<pod uid>/<container>`; each end is read once, and one that cannot be read is left out. */
  read(pods: readonly Pod[], signal: AbortSignal): Promise<ReadonlyMap<string, readonly string[]>>;
}

export function createLastLines(reads: ClusterReads): LastLines {
  const known = new Map<string, { readonly end: string; readonly lines: readonly string[] }>();

  async function readOne(pod: Pod, container: PodContainer, signal: AbortSignal): Promise<void> {
    const bad = badEnd(container);
    if (!bad) return;
    const name = `${pod.uid}/${container.name}`;
    const end = `${container.restarts} ${bad.end.finished ?? ''}`;
    if (known.get(name)?.end === end) return;
    let text = '';
    const place = { namespace: pod.namespace, pod: pod.name, container: container.name };
    const options = { follow: false, tailLines: kept, ...(bad.previous ? { previous: true } : {}) };
    try {
      await reads.readLogs(
        place,
        options,
        (part) => {
          text += part;
        },
        signal,
      );
    } catch {
      // A log that is gone or forbidden makes the verdict poorer, not wrong.
      signal.throwIfAborted();
    }
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size >= remembered) known.delete(oldest);
    known.set(name, { end, lines: text.split('\n').filter((line) => line !== '') });
  }

  return {
    async read(pods, signal) {
      for (const pod of pods) for (const container of pod.containers) await readOne(pod, container, signal);
      return new Map([...known].map(([name, { lines }]) => [name, lines]));
    },
  };
}

function badEnd({
  state,
  last,
}: PodContainer): { readonly end: ContainerEnd; readonly previous: boolean } | undefined {
  if (state.kind === 'ended') return state.exitCode === 0 ? undefined : { end: state, previous: false };
  return last && last.exitCode !== 0 ? { end: last, previous: state.kind === 'running' } : undefined;
}
