/*
 * Objects of a cluster as far as anybody here looks at them: small enough to hold ten thousand of them. Times are
 * milliseconds since the epoch.
 */

/** Names one object, whatever becomes of others with its name. */
export interface ObjectIdentity {
  readonly kind: string;
  /** '' for objects that are in no namespace. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly created: number;
  /** Being deleted: when it is to be gone, that is when that was asked for plus its grace period. */
  readonly deleting?: number;
  /** The controller it belongs to. */
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid: string };
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  /** When `status` last changed. */
  readonly since?: number;
}

export interface ContainerPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
}

export interface Probe {
  readonly kind: 'readiness' | 'liveness' | 'startup';
  /** For people: `GET http :8080/healthz`, `connect :5432`, `run cat /ready`. */
  readonly asks: string;
  /** Failures in a row that count as one. */
  readonly failureThreshold: number;
}

export interface ContainerTemplate {
  readonly name: string;
  /** A `sidecar` is an init container that restarts always. */
  readonly role: 'main' | 'init' | 'sidecar' | 'debug';
  readonly image: string;
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
  readonly ports: readonly ContainerPort[];
  readonly probes: readonly Probe[];
}

/** An object a pod cannot start without, unless optional. */
export interface Needed {
  readonly kind: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim' | 'ServiceAccount';
  readonly name: string;
  readonly optional: boolean;
}

export interface PodTemplate {
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: readonly ContainerTemplate[];
  readonly needs: readonly Needed[];
  readonly nodeSelector: Readonly<Record<string, string>>;
}

export const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const;
export type WorkloadKind = (typeof workloadKinds)[number];

interface WorkloadBase extends ObjectIdentity {
  readonly labels: Readonly<Record<string, string>>;
  readonly generation: number;
  readonly conditions: readonly Condition[];
  readonly template: PodTemplate;
}

interface Replicated extends WorkloadBase {
  readonly observedGeneration: number;
  /** Labels of the pods it selects. */
  readonly selector: Readonly<Record<string, string>>;
  /** Pods wanted; for a DaemonSet the nodes it should run on. */
  readonly desired: number;
  readonly current: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  /** Seconds a pod has to be ready before it counts as available. */
  readonly minReady: number;
}

export interface Deployment extends Replicated {
  readonly kind: 'Deployment';
  readonly paused: boolean;
  readonly strategy: 'RollingUpdate' | 'Recreate';
  /** Seconds. */
  readonly progressDeadline: number;
  /** `deployment.kubernetes.io/revision` */
  readonly revision?: string;
}

export interface StatefulSet extends Replicated {
  readonly kind: 'StatefulSet';
  readonly strategy: 'RollingUpdate' | 'OnDelete';
  /** Pods with a lower ordinal keep the old revision. */
  readonly partition: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
  readonly podManagement: 'OrderedReady' | 'Parallel';
}

export interface DaemonSet extends Replicated {
  readonly kind: 'DaemonSet';
  readonly strategy: 'RollingUpdate' | 'OnDelete';
  /** Label `pod-template-generation` of the pods of its newest revision. */
  readonly templateGeneration?: string;
}

export interface Job extends WorkloadBase {
  readonly kind: 'Job';
  readonly selector: Readonly<Record<string, string>>;
  readonly suspended: boolean;
  readonly parallelism: number;
  /** Undefined: done when one pod succeeded and the rest ended. */
  readonly completions?: number;
  readonly backoffLimit: number;
  /** Seconds from its start. */
  readonly deadline?: number;
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly started?: number;
  readonly finished?: number;
}

export interface CronJob extends WorkloadBase {
  readonly kind: 'CronJob';
  readonly suspended: boolean;
  readonly schedule: string;
  readonly lastScheduled?: number;
  readonly lastSucceeded?: number;
  /** Names of Jobs that run now. */
  readonly active: readonly string[];
}

export type Workload = Deployment | StatefulSet | DaemonSet | Job | CronJob;

export interface ReplicaSet extends ObjectIdentity {
  readonly kind: 'ReplicaSet';
  /** `deployment.kubernetes.io/revision` */
  readonly revision?: string;
  readonly desired: number;
  readonly current: number;
  readonly ready: number;
  readonly available: number;
  readonly conditions: readonly Condition[];
  /** `pod-template-hash` of its pods. */
  readonly hash?: string;
}

export interface ContainerEnd {
  readonly exitCode: number;
  readonly signal?: number;
  /** `Completed`, `Error`, `OOMKilled`, `ContainerCannotRun` … */
  readonly reason?: string;
  readonly message?: string;
  readonly started?: number;
  readonly finished?: number;
}

export interface PodContainer extends ContainerTemplate {
  /** Registry digest of what runs, `sha256:…`, where the runtime says it. */
  readonly digest?: string;
  readonly ready: boolean;
  /** Whether its startup probe has passed; undefined where the cluster does not say. */
  readonly started?: boolean;
  readonly restarts: number;
  readonly state:
    | { readonly kind: 'waiting'; readonly reason?: string; readonly message?: string }
    | { readonly kind: 'running'; readonly since?: number }
    | ({ readonly kind: 'ended' } & ContainerEnd);
  /** How it ended the time before. */
  readonly last?: ContainerEnd;
}

export interface Pod extends ObjectIdentity {
  readonly kind: 'Pod';
  readonly labels: Readonly<Record<string, string>>;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  /** `Evicted`, `NodeLost`, … */
  readonly reason?: string;
  readonly message?: string;
  readonly node?: string;
  readonly ready: boolean;
  readonly conditions: readonly Condition[];
  readonly containers: readonly PodContainer[];
  readonly needs: readonly Needed[];
  /** Conditions that others set and that have to be True before it is ready. */
  readonly readinessGates: readonly string[];
  /** Whoever has to agree before it can be gone. */
  readonly finalizers: readonly string[];
}

/** An Event of the cluster, of either API. */
export interface ClusterEvent {
  readonly uid: string;
  readonly about: {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    /** `spec.containers{api}` */
    readonly field?: string;
  };
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

export interface NodeFacts {
  readonly name: string;
  readonly ready: boolean;
  readonly unschedulable: boolean;
  readonly conditions: readonly Condition[];
  readonly taints: readonly Taint[];
  readonly labels: Readonly<Record<string, string>>;
  /** Resources for pods, as the API writes them: `cpu: 2`, `memory: 24000000Ki`. */
  readonly allocatable: Readonly<Record<string, string>>;
}

export interface ResourceQuota {
  readonly namespace: string;
  readonly name: string;
  readonly hard: Readonly<Record<string, string>>;
  readonly used: Readonly<Record<string, string>>;
}
