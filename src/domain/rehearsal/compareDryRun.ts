import type { ClusterObject } from '../kubernetes/clusterObject.ts';

/** A field that the cluster would make something else of than the manifest says. */
export interface FieldChange {
  /** `spec.template.spec.containers[0].imagePullPolicy` */
  readonly field: string;
  /**
   * `added`: the manifest does not say it (a default, or something injected); `changed`, `removed`: it does, and
   * admission decided otherwise.
   */
  readonly change: 'added' | 'changed' | 'removed';
  /** As JSON; absent for what was added, and for what is secret. */
  readonly from?: string;
  readonly to?: string;
}

/** Bookkeeping of the server that says nothing about the object. */
const serverFields = new Set([
  'creationTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/** What admission and defaulting would change of an object, by its dry run; in the order of its fields. */
export function compareDryRun(wanted: ClusterObject, answered: ClusterObject): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  const isSecret = wanted.kind === 'Secret' && wanted.apiVersion === 'v1';

  function compare(from: unknown, to: unknown, field: string): void {
    if (from === to || isSameQuantity(from, to)) return;
    if (Array.isArray(from) && Array.isArray(to)) {
      for (let at = 0; at < Math.max(from.length, to.length); at += 1)
        compare(from[at], to[at], `${field}[${at}]`);
      return;
    }
    if (isMapping(from) && isMapping(to)) {
      for (const key of new Set([...Object.keys(from), ...Object.keys(to)]))
        compare(from[key], to[key], joinField(field, key));
      return;
    }
    // What is not there and what is empty are the same to an API server.
    if (isNothing(from) && isNothing(to)) return;
    const hidden = isSecret && /^(?:data|stringData)\b/.test(field);
    changes.push({
      field,
      change: isNothing(from) ? 'added' : isNothing(to) ? 'removed' : 'changed',
      ...(hidden || isNothing(from) ? {} : { from: JSON.stringify(from) }),
      ...(hidden || isNothing(to) ? {} : { to: JSON.stringify(to) }),
    });
  }

  compare(plain(wanted), plain(answered), '');
  return changes;
}

function plain({ metadata, status: _, ...rest }: ClusterObject): Record<string, unknown> {
  const kept = Object.entries(metadata).filter(([name]) => !serverFields.has(name));
  return { metadata: Object.fromEntries(kept), ...rest };
}

function joinField(field: string, key: string): string {
  const part = /^[\w-]+$/.test(key) ? key : `[${JSON.stringify(key)}]`;
  return field === '' || part.startsWith('[') ? `${field}${part}` : `${field}.${part}`;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isMapping(value) && Object.values(value).every(isNothing);
}

/** `0.5` and `500m`, `1024Mi` and `1Gi`: the server writes quantities in its own way. */
function isSameQuantity(one: unknown, other: unknown): boolean {
  const left = quantityOf(one);
  return left !== undefined && left === quantityOf(other);
}

const units: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

function quantityOf(value: unknown): number | undefined {
  const match = /^([+-]?[0-9.]+)([numkMGT]|[KMGT]i)?$/.exec(
    typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '',
  );
  const unit = units[match?.[2] ?? ''];
  return match && unit !== undefined ? Number((Number(match[1]) * unit).toPrecision(12)) : undefined;
}
