import { TowlineError } from '../../domain/errors/towlineError.ts';
import { apiVersionOf, type ResourceKind } from '../../domain/kubernetes/resourceKind.ts';

/** Values for an address's query; what is undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** `/api/v1`, `/apis/apps/v1` */
export function groupPath(kind: Pick<ResourceKind, 'group' | 'version'>): string {
  return `/${kind.group === '' ? 'api' : 'apis'}/${apiVersionOf(kind)}`;
}

/** The collection, or with a name the object, or its subresource. A namespace is left out where the kind has none. */
export function objectPath(
  kind: ResourceKind,
  namespace: string | undefined,
  name?: string,
  subresource?: string,
): string {
  const place = kind.namespaced && namespace !== undefined ? ['namespaces', namespace] : [];
  const rest = [...place, kind.plural, name, subresource].filter((part) => part !== undefined);
  return `${groupPath(kind)}/${rest.map(segment).join('/')}`;
}

/** No name leads to another place than its own. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..') {
    throw new TowlineError('object-invalid', { why: `${JSON.stringify(name)} is no name of an object` });
  }
  return encodeURIComponent(name);
}

export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) parameters.append(name, String(one));
    }
  }
  return parameters.size > 0 ? `${path}?${parameters}` : path;
}
