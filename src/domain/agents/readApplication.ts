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
  textsOf,
  timeOf,
} from '../kubernetes/objectFields.ts';
import type { AgentObject, AgentRevision, AgentSource } from './agentObject.ts';
import { readRevision, sameRevision } from './agentRevision.ts';

const healths: ReadonlyMap<unknown, AgentObject['health']> = new Map([
  ['Healthy', 'healthy'],
  ['Progressing', 'progressing'],
  ['Degraded', 'degraded'],
  ['Suspended', 'suspended'],
  ['Missing', 'missing'],
]);

/** Reads an Argo CD Application (`argoproj.io/v1alpha1`). A field that is missing makes it less certain, never wrong. */
export function readApplication(object: ClusterObject): AgentObject {
  const spec = specOf(object);
  const status = statusOf(object);
  const sync = fieldsOf(status.sync);
  const health = fieldsOf(status.health);
  const operation = fieldsOf(status.operationState);
  const several = listOf(spec.sources);
  const sources = (several.length > 0 ? several : [fieldsOf(spec.source)]).map(readSource);

  const applied = lastApplied(status);
  const wanted = revisionOf(sync);
  const running = operation.phase === 'Running' || operation.phase === 'Terminating';
  const failure = readFailure(status, operation);
  const waiting = sync.status === 'Synced' || sameRevision(applied, wanted) ? undefined : wanted;
  const message = textOf(operation.message) ?? textOf(health.message);
  const target = textOf(fieldsOf(spec.destination).namespace);
  const reconciled = timeOf(status.reconciledAt);
  const asked = annotationOf(object, 'argocd.argoproj.io/refresh') !== undefined || 'operation' in object;
  return {
    agent: 'argo-cd',
    kind: 'Application',
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    sources,
    ...(target === undefined ? {} : { targetNamespace: target }),
    sync: running ? 'syncing' : failure ? 'failed' : syncOf(sync.status),
    health: healths.get(health.status) ?? 'unknown',
    ...(applied ? { applied } : {}),
    ...(waiting ? { waiting } : {}),
    ...(isAutomated(spec) ? {} : { manual: 'by-hand' as const }),
    ...(message === undefined ? {} : { message }),
    ...(failure ? { failure } : {}),
    ...(reconciled === undefined ? {} : { reconciled }),
    ...(asked ? { requested: true } : {}),
    imageOverrides: (several.length > 0 ? several : [fieldsOf(spec.source)]).flatMap(imagesOf),
  };
}

function syncOf(status: unknown): AgentObject['sync'] {
  if (status === 'Synced') return 'synced';
  return status === 'OutOfSync' ? 'out-of-sync' : 'unknown';
}

function readSource(source: Fields): AgentSource {
  const url = textOf(source.repoURL);
  const revision = textOf(source.targetRevision);
  const path = textOf(source.path);
  const chart = textOf(source.chart);
  return {
    ...(url === undefined ? {} : { url }),
    ...(revision === undefined ? {} : { revision }),
    ...(path === undefined ? {} : { path: path.replace(/^\.\/?/, '').replace(/\/$/, '') }),
    ...(chart === undefined ? {} : { chart }),
  };
}

/** With several sources there is a revision for each; the first that is a commit stands for all. */
function revisionOf(fields: Fields): AgentRevision | undefined {
  const all = textsOf(fields.revisions).map(readRevision);
  return all.find((revision) => revision?.commit) ?? readRevision(textOf(fields.revision)) ?? all[0];
}

/** What was synced last. The history is only written by syncs that worked; it ends with the newest. */
function lastApplied(status: Fields): AgentRevision | undefined {
  const history = listOf(status.history).at(-1);
  if (history) return revisionOf(history);
  // Without any history nothing was applied by it, unless what it found was already right.
  const sync = fieldsOf(status.sync);
  return sync.status === 'Synced' ? revisionOf(sync) : undefined;
}

/** Conditions that say that a comparison or a sync cannot go on; warnings and the like are not among them. */
const errors = /^(?:ComparisonError|SyncError|InvalidSpecError|UnknownError|DeletionError)$/;

function readFailure(status: Fields, operation: Fields): AgentObject['failure'] {
  const retries = countOf(operation.retryCount);
  if (operation.phase === 'Failed' || operation.phase === 'Error') {
    return {
      reason: String(operation.phase),
      message: textOf(operation.message) ?? 'no reason is given',
      ...(retries === undefined ? {} : { retries }),
      final: true,
    };
  }
  const condition = listOf(status.conditions).find(({ type }) => errors.test(String(type)));
  if (!condition) {
    // A running operation that is retried keeps the message of the attempt before.
    if (operation.phase !== 'Running' || !retries) return undefined;
    const message = textOf(operation.message) ?? 'no reason is given';
    return { reason: 'Retrying', message, retries, final: false };
  }
  const message = textOf(condition.message) ?? 'no reason is given';
  return { reason: String(condition.type), message, final: condition.type === 'InvalidSpecError' };
}

function isAutomated(spec: Fields): boolean {
  const { automated } = fieldsOf(spec.syncPolicy);
  return typeof automated === 'object' && automated !== null && fieldsOf(automated).enabled !== false;
}

function imagesOf(source: Fields): readonly string[] {
  const kustomize = textsOf(fieldsOf(source.kustomize).images);
  const helm = listOf(fieldsOf(source.helm).parameters)
    .filter(({ name }) => /(?:^|\.)image(?:\.|$)/i.test(String(name)))
    .map(({ name, value }) => `${name}=${value}`);
  return [...kustomize, ...helm];
}
