import type { ObjectName } from '../localAgent/objectName.ts';
import type { ObjectDiff } from './objectDiff.ts';

/** `Deployment/api in shop` */
export function describeName({ kind, namespace, name }: ObjectName): string {
  return `${kind}/${name}${namespace === '' ? '' : ` in ${namespace}`}`;
}

/** `changed Deployment/api in shop (deploy/base/api.yaml:1)` */
export function describeChange({ change, name, renamedFrom, at }: ObjectDiff): string {
  const renamed = renamedFrom === undefined ? '' : `, before ${renamedFrom}`;
  const place = at === undefined ? '' : ` (${at.file}:${at.line})`;
  return `${change} ${describeName(name)}${renamed}${place}`;
}
