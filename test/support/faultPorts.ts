import type { Ports } from '../../src/engine/ports/ports.ts';

/** One call of a port method: `<port>.<method>#<occurrence>`, e.g. `repository.push#1`. */
export type PortCall = string;

/** Hears of every port call, before it begins and after it ended. Anything it throws is the call's own failure. */
export interface CallListener {
  before(call: PortCall): void;
  after(call: PortCall): void;
}

/** Methods whose result is itself reached through its methods, and the name that these calls get. */
const handles: Readonly<Record<string, string>> = {
  'repositories.open': 'repository',
  'repositories.openMirror': 'repository',
  'stores.openJournal': 'journal',
  'stores.openRecords': 'records',
  'journal.createRun': 'run',
};

/** The same ports, with every call of every method told to the listener. */
export function watchPorts(ports: Ports, listener: CallListener): Ports {
  const occurrences = new Map<string, number>();

  function watch<T extends object>(target: T, port: string): T {
    return new Proxy(target, {
      get(_, key) {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== 'function' || typeof key !== 'string') return member;
        return (...values: unknown[]): unknown => {
          const name = `${port}.${key}`;
          const occurrence = (occurrences.get(name) ?? 0) + 1;
          occurrences.set(name, occurrence);
          const call = `${name}#${occurrence}`;
          const handle = handles[name];
          const finish = (value: unknown): unknown => {
            listener.after(call);
            return handle !== undefined && typeof value === 'object' && value !== null
              ? watch(value, handle)
              : value;
          };
          listener.before(call);
          const result: unknown = Reflect.apply(member, target, values);
          return result instanceof Promise ? result.then(finish) : finish(result);
        };
      },
    });
  }

  return Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [name, watch(port as object, name)]),
  ) as unknown as Ports;
}
