import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { kindOfObject } from '../kubernetes/kindOfObject.ts';
import { annotationOf, type Fields, fieldsOf, listOf, specOf, textOf } from '../kubernetes/objectFields.ts';
import { podSpecOf } from '../kubernetes/podSpec.ts';
import { isDefinition, isNamespace } from '../rendering/applyOrder.ts';
import type { ClassKind, ClusterFacts } from './clusterFacts.ts';
import { hostAccess } from './hostAccess.ts';

export interface SkipContext {
  readonly facts: ClusterFacts;
  /** The environment's own namespace; '' when its manifests name none. */
  readonly home: string;
  /** Everything that was rendered. */
  readonly all: readonly ClusterObject[];
  /** Whether the environment's own branch has the object with access to its node already. */
  isReviewed(object: ClusterObject): boolean;
}

type Rule = (object: ClusterObject, context: SkipContext) => string | undefined;

/** Why an object is not rehearsed, for itself; undefined when it can be. Half a sentence: `its class fast is not here`. */
export function skipReason(object: ClusterObject, context: SkipContext): string | undefined {
  for (const rule of rules) {
    const why = rule(object, context);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** In this order: the first that holds says it best. */
const rules: readonly Rule[] = [
  isNotForClusters,
  isHook,
  isOwnNamespace,
  isNotServed,
  isClusterWide,
  isElsewhere,
  wouldDeliver,
  ingressIsUnserved,
  claimHasNoVolume,
  podsCannotBe,
];

function isNotForClusters(object: ClusterObject): string | undefined {
  if (annotationOf(object, 'config.kubernetes.io/local-config') === 'true')
    return 'it is for tools only (config.kubernetes.io/local-config)';
  return object.metadata.name === undefined ? 'it has no name of its own (generateName)' : undefined;
}

/** Hooks that agents run when something else happens than a plain delivery. */
function isHook(object: ClusterObject): string | undefined {
  const helm = annotationOf(object, 'helm.sh/hook');
  if (helm !== undefined && !/install|upgrade/.test(helm)) return `Helm runs it at another time (${helm})`;
  const argo = annotationOf(object, 'argocd.argoproj.io/hook');
  return argo !== undefined && /^(?:Skip|SyncFail|PostDelete|PreDelete)$/.test(argo)
    ? `Argo CD runs it at another time (${argo})`
    : undefined;
}

function isOwnNamespace(object: ClusterObject): string | undefined {
  return isNamespace(object)
    ? 'the rehearsal has a namespace of its own, with its labels where it is the environment’s'
    : undefined;
}

function isNotServed(object: ClusterObject, { facts, all }: SkipContext): string | undefined {
  if (kindOfObject(object, facts.kinds)) return undefined;
  const definition = all.find((other) => isDefinition(other) && defines(other, object));
  return definition
    ? `its definition ${definition.metadata.name} belongs to the whole cluster, which does not have it`
    : `the cluster does not serve ${object.kind} of ${object.apiVersion}`;
}

function defines(definition: ClusterObject, { apiVersion, kind }: ClusterObject): boolean {
  const { group, names } = specOf(definition);
  return typeof group === 'string' && apiVersion.startsWith(`${group}/`) && fieldsOf(names).kind === kind;
}

function isClusterWide(object: ClusterObject, { facts }: SkipContext): string | undefined {
  return kindOfObject(object, facts.kinds)?.namespaced
    ? undefined
    : 'it belongs to the whole cluster, not to a namespace';
}

function isElsewhere({ metadata }: ClusterObject, { home }: SkipContext): string | undefined {
  const { namespace } = metadata;
  if (namespace === undefined || namespace === home) return undefined;
  return home === ''
    ? `it is fixed to namespace ${namespace}`
    : `it is fixed to namespace ${namespace}; the environment's own is ${home}`;
}

/** Objects that make an agent apply something, anywhere. */
function wouldDeliver({ apiVersion, kind }: ClusterObject): string | undefined {
  const delivers = /^argoproj\.io\/.*/.test(apiVersion)
    ? /^(?:Application|ApplicationSet|AppProject)$/.test(kind)
    : /^[a-z]+\.toolkit\.fluxcd\.io\//.test(apiVersion);
  return delivers ? 'an agent would act on it beyond the rehearsal' : undefined;
}

function ingressIsUnserved(object: ClusterObject, { facts }: SkipContext): string | undefined {
  if (object.kind !== 'Ingress' || !/^(?:networking\.k8s\.io|extensions)\//.test(object.apiVersion))
    return undefined;
  const spec = specOf(object);
  const named = textOf(spec.ingressClassName);
  const classes = facts.classes.get('IngressClass');
  if (named !== undefined && isMissing(facts, 'IngressClass', named))
    return `IngressClass ${named} is not here`;
  if (named === undefined && classes && !classes.some(({ isDefault }) => isDefault)) {
    const annotated = annotationOf(object, 'kubernetes.io/ingress.class') !== undefined;
    if (!annotated || classes.length === 0) return 'no IngressClass here would serve it';
  }
  for (const { host } of listOf(spec.rules)) {
    const name = textOf(host) ?? '';
    const by = facts.hosts.get(name);
    if (by !== undefined) return `Ingress ${by} serves ${name === '' ? 'all hosts' : name} already`;
  }
  return undefined;
}

function claimHasNoVolume(object: ClusterObject, { facts }: SkipContext): string | undefined {
  if (object.apiVersion === 'v1' && object.kind === 'PersistentVolumeClaim')
    return noVolume(specOf(object), facts);
  if (object.kind !== 'StatefulSet') return undefined;
  for (const claim of listOf(specOf(object).volumeClaimTemplates)) {
    const why = noVolume(fieldsOf(claim.spec), facts);
    if (why !== undefined) return `its claim ${textOf(fieldsOf(claim.metadata).name) ?? ''}: ${why}`;
  }
  return undefined;
}

function noVolume(claim: Fields, facts: ClusterFacts): string | undefined {
  if (textOf(claim.volumeName) !== undefined) return `it wants volume ${claim.volumeName} and no other`;
  const classes = facts.classes.get('StorageClass');
  if (!classes) return undefined;
  const named = claim.storageClassName;
  const chosen =
    typeof named === 'string'
      ? classes.find(({ name }) => name === named)
      : classes.find(({ isDefault }) => isDefault);
  if (!chosen)
    return typeof named === 'string'
      ? `StorageClass ${named || '""'} is not here`
      : 'no StorageClass here is the default';
  return chosen.keepsVolumes ? `StorageClass ${chosen.name} keeps volumes after their claims` : undefined;
}

function podsCannotBe(object: ClusterObject, { facts, isReviewed }: SkipContext): string | undefined {
  const spec = podSpecOf(object);
  if (!spec) return undefined;
  const priority = textOf(spec.priorityClassName);
  if (priority !== undefined && isMissing(facts, 'PriorityClass', priority))
    return `PriorityClass ${priority} is not here`;
  const runtime = textOf(spec.runtimeClassName);
  if (runtime !== undefined && isMissing(facts, 'RuntimeClass', runtime))
    return `RuntimeClass ${runtime} is not here`;
  const access = hostAccess(spec);
  return access !== undefined && !isReviewed(object)
    ? `its pods want ${access}, which the environment's branch does not give them yet`
    : undefined;
}

function isMissing({ classes }: ClusterFacts, kind: ClassKind, wanted: string): boolean {
  return classes.get(kind)?.some(({ name }) => name === wanted) === false;
}
