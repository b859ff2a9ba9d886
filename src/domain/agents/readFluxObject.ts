import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import {
  annotationOf,
  countOf,
  type Fields,
  fieldsOf,
  listOf,
  specOf,
  statusOf,
  textOf,
  timeOf,
} from '../kubernetes/objectFields.ts';
import type { AgentKind, AgentObject, AgentRevision, AgentSource } from './agentObject.ts';
import { readRevision, sameRevision } from './agentRevision.ts';

type FluxKind = Exclude<AgentKind, 'Application' | 'Towline agent'>;

interface Parts {
  readonly sources: readonly AgentSource[];
  readonly targetNamespace?: string | undefined;
  readonly applied: AgentRevision | undefined;
  /** What it tried last. */
  readonly attempted: AgentRevision | undefined;
  readonly retries?: number | undefined;
  readonly imageOverrides?: readonly string[];
}

/** Reads Flux's Kustomization, HelmRelease and GitRepository, of every version since v1beta2 and v2beta1. */
export function readFluxObject(object: ClusterObject, kind: FluxKind): AgentObject {
  const spec = specOf(object);
  const status = statusOf(object);
  const parts = readers[kind](object, spec, status);
  const conditions = conditionsOf(status);
  const ready = conditions.get('Ready');
  const stalled = conditions.get('Stalled')?.status === 'True';
  const reconciling = conditions.get('Reconciling')?.status === 'True' || ready?.status === 'Unknown';
  const behind = (countOf(object.metadata.generation) ?? 0) > (countOf(status.observedGeneration) ?? 0);
  const suspended = spec.suspend === true;
  const failed = ready?.status === 'False' && !isWaiting(ready.reason);
  const waiting = sameRevision(parts.applied, parts.attempted) ? undefined : parts.attempted;
  const message = ready && textOf(ready.message);
  const asked = annotationOf(object, 'reconcile.fluxcd.io/requestedAt');
  const reconciled = timeOf(ready?.lastTransitionTime);
  return {
    agent: 'flux',
    kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    sources: parts.sources,
    ...(parts.targetNamespace === undefined ? {} : { targetNamespace: parts.targetNamespace }),
    sync: syncOf({ failed, reconciling: reconciling || behind, ready: ready?.status, suspended }),
    health: healthOf(ready, conditions.get('Healthy'), suspended),
    ...(parts.applied ? { applied: parts.applied } : {}),
    ...(waiting ? { waiting } : {}),
    ...(suspended ? { manual: 'suspended' as const } : {}),
    ...(message === undefined ? {} : { message }),
    ...(failed
      ? {
          failure: {
            reason: ready.reason,
            message: message ?? 'no reason is given',
            ...(parts.retries === undefined ? {} : { retries: parts.retries }),
            final: stalled,
          },
        }
      : {}),
    ...(reconciled === undefined ? {} : { reconciled }),
    ...(asked !== undefined && asked !== status.lastHandledReconcileAt ? { requested: true } : {}),
    imageOverrides: parts.imageOverrides ?? [],
  };
}

interface FluxCondition extends Fields {
  readonly status: string;
  readonly reason: string;
}

function conditionsOf(status: Fields): ReadonlyMap<string, FluxCondition> {
  return new Map(
    listOf(status.conditions).map((condition) => [
      String(condition.type),
      { ...condition, status: String(condition.status), reason: textOf(condition.reason) ?? 'Unknown' },
    ]),
  );
}

/** Not ready because others are not yet: nothing of its own failed. */
function isWaiting(reason: string): boolean {
  return reason === 'DependencyNotReady' || reason === 'Progressing' || reason === 'ProgressingWithRetry';
}

function syncOf(facts: {
  readonly failed: boolean;
  readonly reconciling: boolean;
  readonly ready: string | undefined;
  readonly suspended: boolean;
}): AgentObject['sync'] {
  if (facts.failed) return 'failed';
  // A suspended object keeps the conditions it had: nobody is at it.
  if (facts.reconciling && !facts.suspended) return 'syncing';
  if (facts.ready === 'True') return 'synced';
  return facts.ready === 'False' ? 'out-of-sync' : 'unknown';
}

function healthOf(
  ready: FluxCondition | undefined,
  healthy: FluxCondition | undefined,
  suspended: boolean,
): AgentObject['health'] {
  if (suspended) return 'suspended';
  const of = healthy ?? ready;
  if (of === undefined) return 'unknown';
  if (of.status === 'True') return 'healthy';
  if (of.status === 'Unknown' || isWaiting(of.reason)) return 'progressing';
  return of === healthy || of.reason === 'HealthCheckFailed' ? 'degraded' : 'unknown';
}

const readers: Readonly<Record<FluxKind, (object: ClusterObject, spec: Fields, status: Fields) => Parts>> = {
  Kustomization(object, spec, status) {
    const path = textOf(spec.path) ?? '';
    return {
      sources: [{ path: cleanPath(path), from: referenced(spec.sourceRef, object) }],
      targetNamespace: textOf(spec.targetNamespace),
      applied: readRevision(textOf(status.lastAppliedRevision)),
      attempted: readRevision(textOf(status.lastAttemptedRevision)),
      imageOverrides: listOf(spec.images).map(({ name, newName, newTag, digest }) =>
        [
          String(name),
          '=',
          textOf(newName) ?? '',
          newTag ? `:${newTag}` : '',
          digest ? `@${digest}` : '',
        ].join(''),
      ),
    };
  },
  HelmRelease(object, spec, status) {
    const chart = fieldsOf(fieldsOf(spec.chart).spec);
    const name = textOf(chart.chart);
    const version = textOf(chart.version);
    const from = referenced(spec.chartRef ?? chart.sourceRef, object);
    // The newest release stands first; before v2beta2 there was one field for it.
    const deployed = listOf(status.history).find((release) => release.status === 'deployed');
    const applied = textOf(deployed?.chartVersion) ?? textOf(status.lastAppliedRevision);
    return {
      sources: [
        {
          from,
          ...(name === undefined ? {} : { chart: name }),
          ...(version === undefined ? {} : { revision: version }),
        },
      ],
      targetNamespace: textOf(spec.targetNamespace),
      applied: readRevision(applied),
      attempted: readRevision(textOf(status.lastAttemptedRevision)),
      retries: countOf(status.failures),
    };
  },
  GitRepository(_object, spec, status) {
    const url = textOf(spec.url);
    const ref = fieldsOf(spec.ref);
    const revision = [ref.commit, ref.name, ref.semver, ref.tag, ref.branch].map(textOf).find(Boolean);
    return {
      sources: [{ ...(url === undefined ? {} : { url }), ...(revision === undefined ? {} : { revision }) }],
      applied: readRevision(textOf(fieldsOf(status.artifact).revision)),
      attempted: undefined,
    };
  },
};

function referenced(reference: unknown, object: ClusterObject): string {
  const { kind, namespace, name } = fieldsOf(reference);
  return [kind, textOf(namespace) ?? object.metadata.namespace ?? '', name].map(String).join('/');
}

function cleanPath(path: string): string {
  return path
    .replace(/^(?:\.?\/)+/, '')
    .replace(/^\.$/, '')
    .replace(/\/+$/, '');
}
