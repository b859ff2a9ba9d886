import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { type Fields, fieldsOf, listOf, textOf } from '../kubernetes/objectFields.ts';

/** Owner of the fields that the local agent applies; never to be changed, or all of them lose their owner. */
export const agentFieldManager = 'towline-agent';

/** Whether the local agent has applied an object at all: what nobody but others wrote is not its own. */
export function isAppliedByAgent(object: ClusterObject): boolean {
  return appliedFields(object) !== undefined;
}

/** Managers of the agents that reconcile for ever: two of them at one object would undo each other's work. */
const reconcilers: Readonly<Record<string, string>> = {
  'argocd-controller': 'Argo CD',
  'kustomize-controller': "Flux's kustomize-controller",
  'helm-controller': "Flux's helm-controller",
};

/** What other agents leave on what is theirs, where they do not own a field. */
const marks: readonly (readonly [field: 'labels' | 'annotations', name: string, agent: string])[] = [
  ['annotations', 'argocd.argoproj.io/tracking-id', 'Argo CD'],
  ['labels', 'argocd.argoproj.io/instance', 'Argo CD'],
  ['labels', 'kustomize.toolkit.fluxcd.io/name', "Flux's kustomize-controller"],
  ['labels', 'helm.toolkit.fluxcd.io/name', "Flux's helm-controller"],
];

/** The agent that a live object belongs to, when it is another; a mark that the manifest itself has says nothing. */
export function otherAgentOf(live: ClusterObject, wanted: ClusterObject): string | undefined {
  for (const { manager } of listOf(live.metadata.managedFields)) {
    const name = textOf(manager);
    if (name !== undefined && Object.hasOwn(reconcilers, name)) return reconcilers[name];
  }
  const found = marks.find(
    ([field, name]) =>
      Object.hasOwn(live.metadata[field] ?? {}, name) && !Object.hasOwn(wanted.metadata[field] ?? {}, name),
  );
  return found?.[2];
}

/**
 * Fields that the agent applied and that no longer are as the cluster took them, e.g.
 * `spec.template.spec.containers[api].image`. Compares two answers of the cluster, so that its defaults and spellings
 * (`1000m`, `1`) are the same in both; what the agent does not own is not looked at.
 */
export function findDriftedFields(applied: ClusterObject, live: ClusterObject): readonly string[] {
  const found: string[] = [];
  compare(appliedFields(applied) ?? {}, applied, live, '', found);
  return found;
}

function appliedFields({ metadata }: ClusterObject): Fields | undefined {
  const entry = listOf(metadata.managedFields).find(
    ({ manager, operation, subresource }) =>
      manager === agentFieldManager && operation === 'Apply' && !subresource,
  );
  return entry && fieldsOf(entry.fieldsV1);
}

/** Walks a set of fields as Kubernetes writes them (`FieldsV1`: `f:` a field, `k:` and `v:` items of lists, `.` the whole). */
function compare(owned: Fields, before: unknown, now: unknown, path: string, found: string[]): void {
  for (const [key, inner] of Object.entries(owned)) {
    if (key === '.') continue;
    const step = stepOf(key);
    if (!step) continue;
    const was = step.in(before);
    const is = step.in(now);
    const place = step.isItem ? `${path}[${step.name}]` : [path, step.name].filter(Boolean).join('.');
    const deeper = Object.keys(fieldsOf(inner)).some((name) => name !== '.');
    if (was === undefined) continue;
    if (is === undefined || !deeper) {
      if (!isEqual(was, is, deeper || '.' in fieldsOf(inner))) found.push(place);
    } else compare(fieldsOf(inner), was, is, place, found);
  }
}

interface Step {
  readonly name: string;
  readonly isItem: boolean;
  in(value: unknown): unknown;
}

function stepOf(key: string): Step | undefined {
  const rest = key.slice(2);
  if (key.startsWith('f:')) return { name: rest, isItem: false, in: (value) => ownValue(value, rest) };
  if (key.startsWith('i:')) {
    const index = Number(rest);
    return { name: rest, isItem: true, in: (value) => itemsOf(value)[index] };
  }
  if (!key.startsWith('k:') && !key.startsWith('v:')) return undefined;
  const wanted = parse(rest);
  if (key.startsWith('v:'))
    return {
      name: String(wanted),
      isItem: true,
      in: (value) => itemsOf(value).find((item) => item === wanted),
    };
  const keys = Object.entries(fieldsOf(wanted));
  return {
    name: keys.map(([, value]) => String(value)).join(','),
    isItem: true,
    in: (value) => itemsOf(value).find((item) => keys.every(([name, part]) => ownValue(item, name) === part)),
  };
}

function ownValue(value: unknown, name: string): unknown {
  const fields = fieldsOf(value);
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** With `presence` only that there is something counts: what is in it belongs to whoever put it there. */
function isEqual(one: unknown, other: unknown, presence: boolean): boolean {
  if (presence) return (one === undefined) === (other === undefined);
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => isEqual(item, other[index], false));
  if (isTree(one) && isTree(other)) {
    const names = Object.keys(one);
    return (
      names.length === Object.keys(other).length &&
      names.every((name) => Object.hasOwn(other, name) && isEqual(one[name], other[name], false))
    );
  }
  return one === other;
}

function isTree(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
