import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { fieldsOf, listOf, statusOf, textOf } from '../kubernetes/objectFields.ts';
import type { ObjectName } from '../localAgent/objectName.ts';

/**
 * The objects that an agent's object says it has put on the cluster. Undefined where it does not tell: it has not
 * applied anything yet, or is of a kind that keeps its books elsewhere (Helm releases).
 */
export function readAgentInventory(object: ClusterObject): readonly ObjectName[] | undefined {
  const status = statusOf(object);
  if (object.kind === 'Application' && Array.isArray(status.resources))
    return listOf(status.resources).flatMap(({ group, kind, namespace, name }) =>
      textOf(kind) !== undefined && textOf(name) !== undefined
        ? {
            group: textOf(group) ?? '',
            kind: String(kind),
            namespace: textOf(namespace) ?? '',
            name: String(name),
          }
        : [],
    );
  const { entries } = fieldsOf(status.inventory);
  if (object.kind !== 'Kustomization' || !Array.isArray(entries)) return undefined;
  return listOf(entries).flatMap(({ id }) => readEntry(textOf(id) ?? '') ?? []);
}

/** `<namespace>_<name>_<group>_<kind>`, with `__` for a colon in the name: cli-utils, `object.ObjMetadata`. */
function readEntry(id: string): ObjectName | undefined {
  const [, namespace = '', name = '', group = '', kind = ''] =
    /^([^_]*)_(.+)_([^_]*)_([^_]+)$/.exec(id) ?? [];
  return kind === '' ? undefined : { group, kind, namespace, name: name.replaceAll('__', ':') };
}
