import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import { readWorkload } from '../../domain/workloads/readWorkload.ts';
import { type Workload, type WorkloadKind, workloadKinds } from '../../domain/workloads/workload.ts';
import type { ClusterReads } from '../ports/clusters.ts';

/** The short names that kubectl takes as well. */
const shortNames: Readonly<Record<string, WorkloadKind>> = {
  deploy: 'Deployment',
  sts: 'StatefulSet',
  ds: 'DaemonSet',
  cj: 'CronJob',
};

export interface FoundWorkload {
  readonly workload: Workload;
  readonly kind: ResourceKind;
}

/**
 * The workload that words mean: `api`, `deployment/api`, `sts/db`. Throws `workload-unknown` where there is none of that
 * name in the namespace, or several of different kinds.
 */
export async function findWorkload(
  reads: ClusterReads,
  namespace: string,
  words: string,
  signal: AbortSignal,
): Promise<FoundWorkload> {
  const { kindWord, kinds: wanted, name: named } = readWorkloadWords(words);
  const { kinds } = await reads.discover(signal);
  const found: FoundWorkload[] = [];
  for (const kind of kinds) {
    if (!/^(?:apps|batch)$/.test(kind.group) || !wanted.includes(kind.kind as WorkloadKind)) continue;
    const object = await reads.get(kind, namespace, named, signal);
    const workload = object && readWorkload(object);
    if (workload && !found.some((other) => other.workload.uid === workload.uid))
      found.push({ workload, kind });
  }
  const [first, ...others] = found;
  if (!first)
    throw new TowlineError('workload-unknown', {
      why: `Namespace ${namespace} on ${reads.context.name} has no ${kindWord ?? 'workload'} ${named}.`,
    });
  if (others.length > 0)
    throw new TowlineError('workload-unknown', {
      why: `${named} is ${found.map(({ workload }) => workload.kind).join(' and ')} in namespace ${namespace}.`,
      next: `Say which: \`${first.workload.kind.toLowerCase()}/${named}\`.`,
    });
  return first;
}

/** What words such as `api` and `sts/db` say. Throws `workload-unknown` for a kind that is none. */
export function readWorkloadWords(words: string): {
  readonly kindWord: string | undefined;
  /** Those that it may be of. */
  readonly kinds: readonly WorkloadKind[];
  readonly name: string;
} {
  const slash = words.indexOf('/');
  if (slash < 0) return { kindWord: undefined, kinds: workloadKinds, name: words };
  const kindWord = words.slice(0, slash);
  return { kindWord, kinds: [readKind(kindWord)], name: words.slice(slash + 1) };
}

function readKind(word: string): WorkloadKind {
  const plain = word.toLowerCase().split('.')[0] ?? '';
  const known = workloadKinds.find((kind) => [kind.toLowerCase(), `${kind.toLowerCase()}s`].includes(plain));
  const kind = known ?? (Object.hasOwn(shortNames, plain) ? shortNames[plain] : undefined);
  if (!kind)
    throw new TowlineError('workload-unknown', {
      why: `${word} is none of ${workloadKinds.join(', ')}.`,
    });
  return kind;
}
