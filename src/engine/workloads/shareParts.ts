/** Keeps one copy of what many objects have in common: of ten thousand pods most parts are the same. */
export interface Sharing {
  /** The same value, made of shared texts and shared parts where they are equal. */
  share<T extends object>(value: T): T;
}

/** Texts and parts that are remembered at most, so that what has gone does not stay for ever. */
const mostRemembered = 50_000;

/** Parts of an object that are likely to be the same in others. */
const commonParts: ReadonlySet<string> = new Set([
  'labels',
  'selector',
  'requests',
  'limits',
  'ports',
  'probes',
  'needs',
  'owner',
  'nodeSelector',
  'readinessGates',
  'finalizers',
]);

export function createSharing(): Sharing {
  const texts = new Map<string, string>();
  const parts = new Map<string, object>();

  function remember<T>(known: Map<string, T>, key: string, make: () => T): T {
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= mostRemembered) known.clear();
    const made = make();
    known.set(key, made);
    return made;
  }

  function shareValue(name: string, value: unknown): unknown {
    if (typeof value === 'string') return name === 'uid' ? value : remember(texts, value, () => value);
    if (typeof value !== 'object' || value === null) return value;
    if (commonParts.has(name)) return remember(parts, JSON.stringify(value), () => shareIn(value));
    return shareIn(value);
  }

  function shareIn<T extends object>(value: T): T {
    const held = value as Record<string, unknown>;
    for (const name of Object.keys(held)) held[name] = shareValue(name, held[name]);
    return value;
  }

  return { share: shareIn };
}
