import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { type FieldPath, readField } from '../kubernetes/fieldPath.ts';
import { type Fields, fieldsOf, listOf } from '../kubernetes/objectFields.ts';
import { podSpecOf, podSpecPath } from '../kubernetes/podSpec.ts';
import type { Needed } from '../workloads/workload.ts';
import type { Verdict, VerdictSubject } from './verdict.ts';

/**
 * The fields of a workload's manifest that a verdict is about: the narrowest first, those that contain it after it; all of
 * them are there. None where it is about the workload as a whole, or where several fields may be meant.
 */
export function meantFields(
  { subject, container }: Pick<Verdict, 'subject' | 'container'>,
  object: ClusterObject,
): readonly FieldPath[] {
  const at = podSpecPath(object);
  const spec = podSpecOf(object);
  if (!subject || !at || !spec) return [];
  const own = container === undefined ? undefined : containersOf(spec).find(({ name }) => name === container);
  return fieldsIn(subject, spec, own)
    .map((field) => (field.isOfWorkload ? field.path : [...at, ...field.path]))
    .filter((path) => readField(object, path) !== undefined);
}

interface Field {
  readonly path: FieldPath;
  /** From the object's root instead of its pods' spec. */
  readonly isOfWorkload?: true;
}

interface NamedContainer {
  readonly name: string;
  readonly path: FieldPath;
  readonly value: Fields;
}

function fieldsIn(subject: VerdictSubject, spec: Fields, own: NamedContainer | undefined): readonly Field[] {
  const inOwn = (...path: FieldPath): readonly Field[] =>
    own ? [{ path: [...own.path, ...path] }, { path: own.path }] : [];
  switch (subject.kind) {
    case 'container':
      return own ? [{ path: own.path }] : [];
    case 'image':
    case 'command':
      return inOwn(subject.kind);
    case 'probe':
      return inOwn(`${subject.probe}Probe`);
    case 'resource':
      return resourceFields(subject, own ? [own] : containersOf(spec));
    case 'reference':
      return referenceFields(subject, spec, own);
    case 'volume':
      return [{ path: ['volumes', { name: subject.name }] }];
    case 'placement':
      return placementFields(spec);
    case 'setting':
      return [{ path: ['spec', subject.name], isOfWorkload: true }];
  }
}

/** All containers that start with the pod, in the order in which they are written. */
function containersOf(spec: Fields): readonly NamedContainer[] {
  return ['initContainers', 'containers'].flatMap((list) =>
    listOf(spec[list]).flatMap((value) =>
      typeof value.name === 'string' ? [{ name: value.name, path: [list, { name: value.name }], value }] : [],
    ),
  );
}

/** Of several containers that ask for it none is more to blame than the others. */
function resourceFields(
  { side, resource }: Extract<VerdictSubject, { kind: 'resource' }>,
  containers: readonly NamedContainer[],
): readonly Field[] {
  // What is only limited is requested as well.
  const sides = side === 'requests' ? (['requests', 'limits'] as const) : (['limits'] as const);
  const asking = containers.flatMap(({ path, value }) => {
    const resources = fieldsOf(value.resources);
    const found = sides.find((each) => fieldsOf(resources[each])[resource] !== undefined);
    return found === undefined ? [] : [[...path, 'resources', found, resource]];
  });
  const [only, ...others] = asking;
  if (others.length > 0) return [];
  const [container, ...rest] = containers;
  const whole = container && rest.length === 0 ? [[...container.path, 'resources'], container.path] : [];
  return [...(only ? [only] : []), ...whole].map((path) => ({ path }));
}

function placementFields({ nodeSelector, affinity }: Fields): readonly Field[] {
  const byLabel = nodeSelector !== undefined;
  const byAffinity = fieldsOf(affinity).nodeAffinity !== undefined;
  if (byLabel === byAffinity) return [];
  return [{ path: byLabel ? ['nodeSelector'] : ['affinity', 'nodeAffinity'] }];
}

type Reference = Extract<VerdictSubject, { kind: 'reference' }>;

/** The first place that refers to it: that container's before those of others, volumes last. */
function referenceFields(
  reference: Reference,
  spec: Fields,
  own: NamedContainer | undefined,
): readonly Field[] {
  if (reference.to === 'ServiceAccount') return [{ path: ['serviceAccountName'] }];
  const containers = own ? [own, ...containersOf(spec)] : containersOf(spec);
  const places = [
    ...containers.flatMap((container) => environmentPlaces(reference, container)),
    ...listOf(spec.volumes).flatMap((volume, index) => volumePlaces(reference, volume, index)),
  ];
  const [first] = places;
  return first ? [{ path: first }] : [];
}

const refs: Readonly<Partial<Record<Needed['kind'], { readonly whole: string; readonly key: string }>>> = {
  Secret: { whole: 'secretRef', key: 'secretKeyRef' },
  ConfigMap: { whole: 'configMapRef', key: 'configMapKeyRef' },
};

function environmentPlaces({ to, name, key }: Reference, { path, value }: NamedContainer): FieldPath[] {
  const ref = refs[to];
  if (!ref) return [];
  const single = listOf(value.env).flatMap((variable): FieldPath[] => {
    const found = fieldsOf(fieldsOf(variable.valueFrom)[ref.key]);
    if (found.name !== name || (key !== undefined && found.key !== key)) return [];
    const last = key === undefined ? 'name' : 'key';
    return [[...path, 'env', { name: String(variable.name) }, 'valueFrom', ref.key, last]];
  });
  if (key !== undefined) return single;
  const whole = listOf(value.envFrom).flatMap((source, index): FieldPath[] =>
    fieldsOf(source[ref.whole]).name === name ? [[...path, 'envFrom', index, ref.whole, 'name']] : [],
  );
  return [...whole, ...single];
}

function volumePlaces({ to, name, key }: Reference, volume: Fields, index: number): FieldPath[] {
  if (key !== undefined) return [];
  const path = ['volumes', typeof volume.name === 'string' ? { name: volume.name } : index];
  const inSource = (source: Fields, keyOfSecret: string): readonly [string, string] | undefined => {
    if (to === 'Secret' && fieldsOf(source.secret)[keyOfSecret] === name) return ['secret', keyOfSecret];
    if (to === 'ConfigMap' && fieldsOf(source.configMap).name === name) return ['configMap', 'name'];
    return undefined;
  };
  const whole = inSource(volume, 'secretName');
  if (whole) return [[...path, ...whole]];
  if (to === 'PersistentVolumeClaim')
    return fieldsOf(volume.persistentVolumeClaim).claimName === name
      ? [[...path, 'persistentVolumeClaim', 'claimName']]
      : [];
  return listOf(fieldsOf(volume.projected).sources).flatMap((source, at): FieldPath[] => {
    const part = inSource(source, 'name');
    return part ? [[...path, 'projected', 'sources', at, ...part]] : [];
  });
}
