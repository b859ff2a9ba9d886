/** Remembers the first call's promise per key; a rejection is forgotten, so that a later call tries again. */
export function oncePerKey<T>(work: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const started = new Map<string, Promise<T>>();
  return (key) => {
    const known = started.get(key);
    if (known) return known;
    const promise = work(key);
    started.set(key, promise);
    promise.catch(() => started.delete(key));
    return promise;
  };
}
