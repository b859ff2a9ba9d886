import type {
  ClusterEvent,
  Job,
  NodeFacts,
  Pod,
  ReplicaSet,
  ResourceQuota,
  Workload,
  WorkloadKind,
} from '../../domain/workloads/workload.ts';
import {
  byName,
  byRevision,
  deploymentNameOf,
  type WorkloadGroup,
} from '../../domain/workloads/workloadGroup.ts';
import type { ObjectChange } from '../feeds/objectTable.ts';

/**
 * What is known of a cluster's workloads now. A live view: nothing is copied when something changes, and only what is
 * asked for is put together. What it returns are values that stay as they are.
 */
export interface WorkloadIndex {
  /** Namespaces in which there is a workload or a pod, sorted. */
  namespaces(): readonly string[];
  /** By name; Jobs of a CronJob are found through it. Of all namespaces when none is named. */
  workloads(namespace?: string): readonly Workload[];
  workload(uid: string): Workload | undefined;
  find(kind: WorkloadKind, namespace: string, name: string): Workload | undefined;
  /** The workload with what belongs to it; undefined when it is gone. */
  group(uid: string): WorkloadGroup | undefined;
  pod(uid: string): Pod | undefined;
  /** Pods that belong to no workload known here, by name. Of all namespaces when none is named. */
  loosePods(namespace?: string): readonly Pod[];
  /** Warnings about a workload and everything that belongs to it, or about a pod; newest first. */
  events(uid: string): readonly ClusterEvent[];
  quotas(namespace: string): readonly ResourceQuota[];
  nodes(): readonly NodeFacts[];
  readonly podCount: number;
}

/** Which rows are not as they were. */
export interface WorkloadsChange {
  /** Uids of workloads of which, or of whose pods, events and so on, something is new; also of those that are gone. */
  readonly workloads: ReadonlySet<string>;
  /** Namespaces in which workloads came or went, or pods without a workload changed. */
  readonly namespaces: ReadonlySet<string>;
}

/** The index with the ways things get into it. */
export interface WorkloadTables extends WorkloadIndex {
  takeWorkloads(changes: readonly ObjectChange<Workload>[]): void;
  takeReplicaSets(changes: readonly ObjectChange<ReplicaSet>[]): void;
  takePods(changes: readonly ObjectChange<Pod>[]): void;
  takeEvents(changes: readonly ObjectChange<ClusterEvent>[]): void;
  takeQuotas(changes: readonly ObjectChange<ResourceQuota>[]): void;
  takeNodes(changes: readonly ObjectChange<NodeFacts>[]): void;
  /** From here on a pod whose owner is not known belongs to nobody; before, the owner may be on its way. */
  ownersAreKnown(): void;
  /** What changed since it was asked last. */
  takeChange(): WorkloadsChange;
}

/** From a ReplicaSet over its Deployment, or a Job over its CronJob, and one to spare. */
const longestLine = 3;

type Owned = Pod | ReplicaSet | Job;

export function createWorkloadTables(): WorkloadTables {
  const workloads = new Map<string, Workload>();
  const replicaSets = new Map<string, ReplicaSet>();
  const pods = new Map<string, Pod>();
  const quotas = new Map<string, ResourceQuota>();
  const nodes = new Map<string, NodeFacts>();
  /** By the uid of their owner. */
  const owned = new Map<string, Map<string, Owned>>();
  /** Uids of the ReplicaSets that a Deployment's name may stand for, by namespace and name. */
  const guessed = new Map<string, Map<string, string>>();
  /** By the uid of what they are about. */
  const warnings = new Map<string, Map<string, ClusterEvent>>();
  const byPlace = new Map<string, string>();
  const workloadsIn = new Map<string, Map<string, Workload>>();
  const podsIn = new Map<string, Map<string, Pod>>();
  let ownersKnown = false;
  let changed = { workloads: new Set<string>(), namespaces: new Set<string>() };

  function touch(uid: string | undefined): void {
    // Anybody may write owners that lead in a circle.
    for (let at = uid, step = 0; at !== undefined && step < longestLine; step += 1) {
      const workload = workloads.get(at);
      if (workload) changed.workloads.add(at);
      at = (workload ?? replicaSets.get(at))?.owner?.uid;
    }
  }

  /** Uid of the workload that a pod belongs to directly or through its ReplicaSet. */
  function parentOf(pod: Pod): string | undefined {
    const { owner } = pod;
    if (!owner) return undefined;
    if (workloads.has(owner.uid)) return owner.uid;
    const through = replicaSets.get(owner.uid)?.owner?.uid;
    if (through !== undefined && workloads.has(through)) return through;
    if (replicaSets.has(owner.uid)) return undefined;
    const name = deploymentNameOf(pod);
    return name === undefined ? undefined : byPlace.get(placeOf('Deployment', pod.namespace, name));
  }

  function touchPod(pod: Pod): void {
    const parent = parentOf(pod);
    if (parent === undefined) changed.namespaces.add(pod.namespace);
    else touch(parent);
  }

  function link<T extends Owned>(change: ObjectChange<T>): void {
    const { before, after } = change;
    if (before?.owner && before.owner.uid !== after?.owner?.uid)
      removeFrom(owned, before.owner.uid, before.uid);
    if (after?.owner) addTo(owned, after.owner.uid, after.uid, after);
  }

  function replicaSetsOf(workload: Workload): readonly ReplicaSet[] {
    if (workload.kind !== 'Deployment') return [];
    return ownedBy(workload.uid)
      .filter((one) => one.kind === 'ReplicaSet')
      .sort(byRevision);
  }

  function ownedBy(uid: string): readonly Owned[] {
    return [...(owned.get(uid)?.values() ?? [])];
  }

  function podsOf(uids: readonly string[]): readonly Pod[] {
    return uids
      .flatMap((uid) => ownedBy(uid))
      .filter((one) => one.kind === 'Pod')
      .sort(byName);
  }

  function group(uid: string): WorkloadGroup | undefined {
    const workload = workloads.get(uid);
    if (!workload) return undefined;
    const sets = replicaSetsOf(workload);
    const jobs =
      workload.kind === 'CronJob'
        ? ownedBy(uid)
            .filter((one) => one.kind === 'Job')
            .sort((a, b) => b.created - a.created || byName(b, a))
        : [];
    const unseen =
      workload.kind === 'Deployment'
        ? [...(guessed.get(`${workload.namespace}/${workload.name}`)?.values() ?? [])].filter(
            (set) => !replicaSets.has(set),
          )
        : [];
    const parents = new Set([uid, ...sets.map((set) => set.uid), ...jobs.map((job) => job.uid), ...unseen]);
    return { workload, replicaSets: sets, jobs, pods: podsOf([...parents]) };
  }

  return {
    namespaces: () => [...new Set([...workloadsIn.keys(), ...podsIn.keys()])].sort(),
    workloads: (namespace) =>
      [...(namespace === undefined ? workloads : (workloadsIn.get(namespace) ?? new Map())).values()]
        .filter(({ owner }: Workload) => !owner || !workloads.has(owner.uid))
        .sort(byName),
    workload: (uid) => workloads.get(uid),
    find: (kind, namespace, name) => workloads.get(byPlace.get(placeOf(kind, namespace, name)) ?? ''),
    group,
    pod: (uid) => pods.get(uid),
    loosePods: (namespace) =>
      [...(namespace === undefined ? pods : (podsIn.get(namespace) ?? new Map<string, Pod>())).values()]
        .filter((pod) => (ownersKnown ? parentOf(pod) === undefined : !pod.owner))
        .sort(byName),
    events(uid) {
      const whole = group(uid);
      const uids = whole
        ? [whole.workload, ...whole.replicaSets, ...whole.jobs, ...whole.pods].map((one) => one.uid)
        : [uid];
      return uids
        .flatMap((about) => [...(warnings.get(about)?.values() ?? [])])
        .sort((a, b) => b.last - a.last);
    },
    quotas: (namespace) => [...quotas.values()].filter((quota) => quota.namespace === namespace).sort(byName),
    nodes: () => [...nodes.values()].sort(byName),
    get podCount() {
      return pods.size;
    },

    takeWorkloads(changes) {
      for (const change of changes) {
        const { before, after } = change;
        const one = after ?? before;
        if (!one) continue;
        touch(one.uid);
        if (one.kind === 'Job') link(change as ObjectChange<Job>);
        const place = placeOf(one.kind, one.namespace, one.name);
        if (after) {
          workloads.set(one.uid, after);
          byPlace.set(place, one.uid);
          addTo(workloadsIn, one.namespace, one.uid, after);
        } else {
          workloads.delete(one.uid);
          if (byPlace.get(place) === one.uid) byPlace.delete(place);
          removeFrom(workloadsIn, one.namespace, one.uid);
        }
        touch(one.uid);
        if (!before || !after) changed.namespaces.add(one.namespace);
      }
    },
    takeReplicaSets(changes) {
      for (const change of changes) {
        const one = change.after ?? change.before;
        if (!one) continue;
        touch(change.before?.owner?.uid);
        link(change);
        if (change.after) replicaSets.set(one.uid, change.after);
        else replicaSets.delete(one.uid);
        touch(change.after?.owner?.uid);
        // Its pods may have had no workload before, or have none now.
        if (owned.has(one.uid) && (!change.before || !change.after)) changed.namespaces.add(one.namespace);
      }
    },
    takePods(changes) {
      for (const change of changes) {
        const { before, after } = change;
        if (before) touchPod(before);
        link(change);
        const one = after ?? before;
        if (!one) continue;
        const name = one.owner && deploymentNameOf(one);
        if (after) {
          pods.set(one.uid, after);
          addTo(podsIn, one.namespace, one.uid, after);
          if (one.owner && name !== undefined)
            addTo(guessed, `${one.namespace}/${name}`, one.owner.uid, one.owner.uid);
          touchPod(after);
        } else {
          pods.delete(one.uid);
          removeFrom(podsIn, one.namespace, one.uid);
          if (one.owner && name !== undefined && !owned.has(one.owner.uid))
            removeFrom(guessed, `${one.namespace}/${name}`, one.owner.uid);
        }
      }
    },
    takeEvents(changes) {
      for (const { before, after } of changes) {
        if (before) removeFrom(warnings, before.about.uid, before.uid);
        if (after) addTo(warnings, after.about.uid, after.uid, after);
        const about = (after ?? before)?.about.uid;
        if (about === undefined) continue;
        const pod = pods.get(about);
        if (pod) touchPod(pod);
        else touch(about);
      }
    },
    takeQuotas(changes) {
      for (const { before, after } of changes) {
        if (before) quotas.delete(`${before.namespace}/${before.name}`);
        if (after) quotas.set(`${after.namespace}/${after.name}`, after);
      }
    },
    takeNodes(changes) {
      for (const { before, after } of changes) {
        if (before) nodes.delete(before.name);
        if (after) nodes.set(after.name, after);
      }
    },
    ownersAreKnown() {
      if (ownersKnown) return;
      ownersKnown = true;
      for (const pod of pods.values()) if (pod.owner && parentOf(pod) === undefined) touchPod(pod);
    },
    takeChange() {
      const taken = changed;
      changed = { workloads: new Set(), namespaces: new Set() };
      return taken;
    },
  };
}

function placeOf(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

function addTo<T>(tables: Map<string, Map<string, T>>, key: string, uid: string, value: T): void {
  const table = tables.get(key);
  if (table) table.set(uid, value);
  else tables.set(key, new Map([[uid, value]]));
}

function removeFrom<T>(tables: Map<string, Map<string, T>>, key: string, uid: string): void {
  const table = tables.get(key);
  table?.delete(uid);
  if (table?.size === 0) tables.delete(key);
}
