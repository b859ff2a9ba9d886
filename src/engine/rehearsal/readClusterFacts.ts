import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { annotationOf, fieldsOf, listOf, specOf, textOf } from '../../domain/kubernetes/objectFields.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import type { ClassKind, ClusterClass, ClusterFacts } from '../../domain/rehearsal/clusterFacts.ts';
import type { ClusterReads } from '../ports/clusters.ts';

const classes: Readonly<Record<ClassKind, { readonly group: string; readonly isDefault: string }>> = {
  StorageClass: { group: 'storage.k8s.io', isDefault: 'storageclass.kubernetes.io/is-default-class' },
  IngressClass: { group: 'networking.k8s.io', isDefault: 'ingressclass.kubernetes.io/is-default-class' },
  PriorityClass: { group: 'scheduling.k8s.io', isDefault: '' },
  RuntimeClass: { group: 'node.k8s.io', isDefault: '' },
};

/** Objects of a kind beyond which nobody has classes or hosts. */
const most = 1000;

/** What a rehearsal's plan has to know of its cluster. What the user may not read is left out. */
export async function readClusterFacts(reads: ClusterReads, signal: AbortSignal): Promise<ClusterFacts> {
  const { kinds } = await reads.discover(signal, { fresh: true });
  const list = async (kind: ResourceKind | undefined): Promise<readonly ClusterObject[] | undefined> => {
    if (!kind) return undefined;
    try {
      return (await reads.list(kind, {}, { limit: most }, signal)).items;
    } catch (error) {
      if (!TowlineError.is(error, 'cluster-forbidden', 'object-missing')) throw error;
      return undefined;
    }
  };
  const found = await Promise.all(
    (Object.keys(classes) as ClassKind[]).map(async (name) => {
      const { group, isDefault } = classes[name];
      const items = await list(kinds.find((kind) => kind.group === group && kind.kind === name));
      return items && ([name, items.map((item) => readClass(item, isDefault))] as const);
    }),
  );
  const ingresses = await list(
    kinds.find(({ group, kind }) => group === 'networking.k8s.io' && kind === 'Ingress'),
  );
  return {
    kinds,
    classes: new Map(found.flatMap((one) => (one ? [one] : []))),
    hosts: new Map((ingresses ?? []).flatMap(readHosts)),
  };
}

function readClass(object: ClusterObject, isDefault: string): ClusterClass {
  return {
    name: object.metadata.name,
    isDefault: isDefault !== '' && annotationOf(object, isDefault) === 'true',
    keepsVolumes: object.reclaimPolicy === 'Retain',
  };
}

function readHosts(ingress: ClusterObject): readonly (readonly [string, string])[] {
  const { namespace = '', name } = ingress.metadata;
  return listOf(specOf(ingress).rules).map(
    (rule) => [textOf(fieldsOf(rule).host) ?? '', `${namespace}/${name}`] as const,
  );
}
