import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { kindOfObject } from '../../domain/kubernetes/kindOfObject.ts';
import { fieldsOf, specOf } from '../../domain/kubernetes/objectFields.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import {
  describeObject,
  nameKey,
  nameOfObject,
  type ObjectName,
} from '../../domain/localAgent/objectName.ts';
import { isDefinition, isNamespace } from '../../domain/rendering/applyOrder.ts';
import type { RenderedObject, Rendering } from '../../domain/rendering/rendering.ts';
import { inNamespace } from '../applying/applyInOrder.ts';
import type { ClusterReads } from '../ports/clusters.ts';

/** An object as the manifests of a commit want it, in the namespace it goes to. */
export interface WantedObject extends RenderedObject {
  readonly name: ObjectName;
  /** Undefined for one whose kind is defined by another of them and is not served yet. */
  readonly kind: ResourceKind | undefined;
}

/**
 * What a rendering wants on a cluster, by name. `namespace` is for objects that name none. Throws `object-missing` for a
 * kind that nobody defines, `object-invalid` for an object without a name of its own and for one that is there twice.
 */
export async function findWantedObjects(
  reads: ClusterReads,
  { objects }: Rendering,
  namespace: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, WantedObject>> {
  const definitions = objects
    .filter(({ object }) => isDefinition(object))
    .map(({ object }) => specOf(object));
  const isDefined = ({ apiVersion, kind }: ClusterObject) =>
    definitions.find(
      ({ group, names }) => fieldsOf(names).kind === kind && apiVersion.startsWith(`${String(group)}/`),
    );
  let { kinds } = await reads.discover(signal);
  const isKnown = ({ object }: RenderedObject): boolean =>
    kindOfObject(object, kinds) !== undefined || isDefined(object) !== undefined;
  // What defines a kind may have been installed since.
  if (!objects.every(isKnown)) ({ kinds } = await reads.discover(signal, { fresh: true }));

  const wanted = new Map<string, WantedObject>();
  for (const rendered of objects) {
    const { object, at } = rendered;
    const kind = kindOfObject(object, kinds);
    const definition = isDefined(object);
    if (!kind && !definition)
      throw refusal(
        'object-missing',
        rendered,
        `${reads.context.name} does not serve ${object.kind} of ${object.apiVersion}`,
      );
    if (!object.metadata.name)
      throw refusal('object-invalid', rendered, 'it has a generateName, so nobody would know it again');
    const namespaced = kind ? kind.namespaced : definition?.scope !== 'Cluster';
    const encoded = encodeSecret(object);
    const placed = namespaced ? inNamespace(encoded, namespace) : encoded;
    const name = nameOfObject(placed);
    const key = nameKey(name);
    if (wanted.has(key)) throw refusal('object-invalid', rendered, 'the manifests have it twice');
    wanted.set(key, { object: placed, name, kind, ...(at ? { at } : {}) });
  }
  return wanted;
}

/**
 * A Secret with its texts where the cluster keeps them: `stringData` is only ever written, so that every apply would be a
 * change of the Secret, and a changed text no drift.
 */
function encodeSecret(object: ClusterObject): ClusterObject {
  if (object.apiVersion !== 'v1' || object.kind !== 'Secret' || object.stringData === undefined)
    return object;
  const { stringData, ...secret } = object;
  const encoded = Object.entries(fieldsOf(stringData)).map(([key, text]) => [
    key,
    typeof text === 'string' ? Buffer.from(text).toString('base64') : text,
  ]);
  return { ...secret, data: { ...fieldsOf(object.data), ...Object.fromEntries(encoded) } } as ClusterObject;
}

/** Namespaces that objects go to and that are not among them. */
export function namespacesOf(wanted: ReadonlyMap<string, WantedObject>): readonly string[] {
  const all = [...wanted.values()];
  const own = new Set(all.flatMap(({ object }) => (isNamespace(object) ? [object.metadata.name] : [])));
  const needed = new Set(all.map(({ name }) => name.namespace));
  return [...needed].filter((namespace) => namespace !== '' && !own.has(namespace)).sort();
}

function refusal(
  code: 'object-missing' | 'object-invalid',
  { object, at }: RenderedObject,
  why: string,
): TowlineError {
  const named = describeObject(nameOfObject(object));
  return new TowlineError(code, { why: `${named}: ${why}.`, ...(at ? { at } : {}) });
}
