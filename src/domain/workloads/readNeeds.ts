import { type Fields, fieldsOf, listOf, textOf } from '../kubernetes/objectFields.ts';
import type { Needed } from './workload.ts';

const nothing: readonly Needed[] = [];

/** What a pod's spec refers to by name, each object once; what is optional in every place is optional. */
export function readNeeds(spec: Fields): readonly Needed[] {
  const needs = new Map<string, Needed>();
  const need = (kind: Needed['kind'], name: unknown, optional: unknown = false): void => {
    const text = textOf(name);
    if (text === undefined) return;
    const key = `${kind}/${text}`;
    needs.set(key, { kind, name: text, optional: optional === true && needs.get(key)?.optional !== false });
  };

  for (const container of [...listOf(spec.initContainers), ...listOf(spec.containers)])
    readEnvironment(container, need);
  for (const volume of listOf(spec.volumes)) readVolume(volume, need);
  // Without them the pull is tried all the same.
  for (const { name } of listOf(spec.imagePullSecrets)) need('Secret', name, true);
  if (spec.serviceAccountName !== 'default') need('ServiceAccount', spec.serviceAccountName);
  return needs.size === 0 ? nothing : [...needs.values()];
}

type Need = (kind: Needed['kind'], name: unknown, optional?: unknown) => void;

function readEnvironment(container: Fields, need: Need): void {
  for (const { secretRef, configMapRef } of listOf(container.envFrom)) {
    need('Secret', fieldsOf(secretRef).name, fieldsOf(secretRef).optional);
    need('ConfigMap', fieldsOf(configMapRef).name, fieldsOf(configMapRef).optional);
  }
  for (const { valueFrom } of listOf(container.env)) {
    const { secretKeyRef, configMapKeyRef } = fieldsOf(valueFrom);
    need('Secret', fieldsOf(secretKeyRef).name, fieldsOf(secretKeyRef).optional);
    need('ConfigMap', fieldsOf(configMapKeyRef).name, fieldsOf(configMapKeyRef).optional);
  }
}

function readVolume({ secret, configMap, persistentVolumeClaim, projected }: Fields, need: Need): void {
  need('Secret', fieldsOf(secret).secretName, fieldsOf(secret).optional);
  need('ConfigMap', fieldsOf(configMap).name, fieldsOf(configMap).optional);
  need('PersistentVolumeClaim', fieldsOf(persistentVolumeClaim).claimName);
  for (const source of listOf(fieldsOf(projected).sources)) {
    need('Secret', fieldsOf(source.secret).name, fieldsOf(source.secret).optional);
    need('ConfigMap', fieldsOf(source.configMap).name, fieldsOf(source.configMap).optional);
  }
}
