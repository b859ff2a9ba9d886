import type { ClusterObject } from '../../src/domain/kubernetes/clusterObject.ts';
import type { ObjectQuery } from '../../src/engine/ports/clusters.ts';

function valueAt(object: unknown, path: string): string {
  let at = object;
  for (const key of path.split('.')) at = (at as Record<string, unknown> | undefined)?.[key];
  return at === undefined ? '' : String(at);
}

/** `a=b`, `a!=b`, `a`, `!a`, `a in (b,c)`, `a notin (b,c)` */
function matchesLabel(labels: Readonly<Record<string, string>>, term: string): boolean {
  const set = /^(\S+) (in|notin) \(([^)]*)\)$/.exec(term);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const isIn =
      key in labels &&
      list
        .split(',')
        .map((one) => one.trim())
        .includes(labels[key] ?? '');
    return isIn === (operator === 'in');
  }
  const [, key = '', operator, value] = /^([^=!]+)(==?|!=)(.*)$/.exec(term) ?? [];
  if (operator === '!=') return labels[key] !== value;
  if (operator !== undefined) return labels[key] === value;
  return term.startsWith('!') ? !(term.slice(1) in labels) : term in labels;
}

function matchesField(object: ClusterObject, term: string): boolean {
  const [, path = '', operator, value] = /^([^=!]+)(==?|!=)(.*)$/.exec(term) ?? [];
  return (valueAt(object, path) === value) === (operator !== '!=');
}

function terms(selector: string | undefined): readonly string[] {
  return (selector ?? '')
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter(Boolean);
}

export function matchesQuery(object: ClusterObject, { namespace, labels, fields }: ObjectQuery): boolean {
  const { metadata } = object;
  return (
    (namespace === undefined || metadata.namespace === namespace) &&
    terms(labels).every((term) => matchesLabel(metadata.labels ?? {}, term)) &&
    terms(fields).every((term) => matchesField(object, term))
  );
}
