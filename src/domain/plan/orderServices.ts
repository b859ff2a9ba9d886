import type { Service } from '../workspace/service.ts';

/**
 * The named services and everything they are built on, each after what it depends on. A cycle is broken
 * where it closes; the configuration reports it as a problem.
 */
export function orderServices(services: readonly Service[], names: readonly string[]): readonly Service[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const ordered = new Set<Service>();
  const entered = new Set<string>();
  const visit = (name: string): void => {
    const service = byName.get(name);
    if (!service || entered.has(name)) return;
    entered.add(name);
    for (const dependency of service.dependsOn) visit(dependency);
    ordered.add(service);
  };
  for (const name of names.length > 0 ? names : byName.keys()) visit(name);
  return [...ordered];
}
