import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { kindOfObject } from '../kubernetes/kindOfObject.ts';
import { podSpecOf } from '../kubernetes/podSpec.ts';
import { nameKey, nameOfObject, type ObjectName } from '../localAgent/objectName.ts';
import { applyOrder, isNamespace } from '../rendering/applyOrder.ts';
import type { RenderedObject } from '../rendering/rendering.ts';
import { readNeeds } from '../workloads/readNeeds.ts';
import type { ClusterFacts } from './clusterFacts.ts';
import { homeNamespace } from './homeNamespace.ts';
import { hostAccess } from './hostAccess.ts';
import { rewriteImages } from './rewriteImages.ts';
import { rewriteObject } from './rewriteObject.ts';
import { type SkipContext, skipReason } from './skipReason.ts';

export interface SkippedObject {
  readonly object: ObjectName;
  /** Half a sentence: `it belongs to the whole cluster, not to a namespace`. */
  readonly why: string;
  /** It is or makes pods, so that something which runs is not rehearsed. */
  readonly runs: boolean;
}

export interface RehearsalPlan {
  /** As they are applied, in that order. */
  readonly objects: readonly ClusterObject[];
  readonly skipped: readonly SkippedObject[];
  /** What is different from the manifests, one sentence each. */
  readonly notes: readonly string[];
  /** The Namespace of the manifests that the rehearsal's stands in for. */
  readonly namespace: ClusterObject | undefined;
}

export interface RehearsalPlanInput {
  readonly head: readonly RenderedObject[];
  readonly base: readonly RenderedObject[];
  readonly facts: ClusterFacts;
  /** The rehearsal's. */
  readonly namespace: string;
  readonly id: string;
  /** Images that are pulled under another name here, by the name in the manifests. */
  readonly images: ReadonlyMap<string, string>;
}

/**
 * Which objects of a change are rehearsed, and as what; which are not, and why. Nothing is made up for what is missing:
 * what needs a skipped or missing object is skipped with it.
 */
export function planRehearsal(input: RehearsalPlanInput): RehearsalPlan {
  const { head, base, facts, namespace, id, images } = input;
  const all = head.map(({ object }) => object);
  const home = homeNamespace(all.filter((object) => kindOfObject(object, facts.kinds)?.namespaced !== false));
  const reviewed = new Map(base.map(({ object }) => [nameKey(nameOfObject(object)), object]));
  const context: SkipContext = {
    facts,
    home,
    all,
    isReviewed(object) {
      const before = reviewed.get(nameKey(nameOfObject(object)));
      return hostAccess((before && podSpecOf(before)) ?? {}) !== undefined;
    },
  };
  const skipped = new Map<ClusterObject, string>();
  for (const object of all) {
    const why = skipReason(object, context);
    if (why !== undefined) skipped.set(object, why);
  }
  skipWhatNeeds(all, skipped);

  const services = all.filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Service');
  const rewriting = { namespace, home, id, services: services.map(({ metadata }) => metadata.name) };
  const rewritten = all
    .filter((object) => !skipped.has(object))
    .map((object) => rewriteObject(rewriteImages(object, images), rewriting));
  return {
    objects: applyOrder(rewritten.map(({ object }) => object)),
    skipped: [...skipped].map(([object, why]) => ({
      object: nameOfObject(object),
      why,
      runs: podSpecOf(object) !== undefined,
    })),
    notes: [
      ...[...images].map(([image, here]) => `${image} is pulled as ${here}`),
      ...new Set(rewritten.flatMap(({ notes }) => notes)),
    ],
    namespace: all.find((object) => isNamespace(object) && object.metadata.name === home),
  };
}

/** Pods that need an object which is not rehearsed cannot start; and so on, until nothing more follows. */
function skipWhatNeeds(all: readonly ClusterObject[], skipped: Map<ClusterObject, string>): void {
  const present = new Set(
    all
      .filter((object) => !skipped.has(object) && object.apiVersion === 'v1')
      .map(({ kind, metadata }) => `${kind}/${metadata.name}`),
  );
  for (const object of all) {
    const spec = podSpecOf(object);
    if (!spec || skipped.has(object)) continue;
    const missing = readNeeds(spec).find(
      ({ kind, name, optional }) => !optional && !present.has(`${kind}/${name}`) && !isGiven(kind, name),
    );
    if (!missing) continue;
    const known = all.find(
      (other) =>
        other.apiVersion === 'v1' && other.kind === missing.kind && other.metadata.name === missing.name,
    );
    skipped.set(
      object,
      `it needs ${missing.kind} ${missing.name}, which ${known ? 'is not rehearsed' : 'is not in the manifests'}`,
    );
  }
}

/** What every namespace has by itself. */
function isGiven(kind: string, name: string): boolean {
  return (
    (kind === 'ServiceAccount' && name === 'default') || (kind === 'ConfigMap' && name === 'kube-root-ca.crt')
  );
}
