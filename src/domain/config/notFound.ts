import type { ConfigProblem } from './configProblem.ts';
import { nearestName } from './nearestName.ts';

/** An entry without a path must be the refinement of something found. */
export function notFound(
  section: 'services' | 'environments',
  name: string,
  found: readonly string[],
): ConfigProblem {
  const kind = section === 'services' ? 'service' : 'environment';
  return {
    path: [section, name],
    part: 'key',
    message: `${section}.${name} has no "path", and no ${kind} "${name}" was found.${meant(name, found)}`,
    next: `Write the folder of the ${kind} as its "path".`,
  };
}

/** ` Did you mean "api"? There are: api, web.` */
export function meant(name: string, candidates: readonly string[]): string {
  const nearest = nearestName(name, candidates);
  const suggestion = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  const list = candidates.length === 0 ? ' There are none.' : ` There are: ${candidates.join(', ')}.`;
  return suggestion + list;
}
