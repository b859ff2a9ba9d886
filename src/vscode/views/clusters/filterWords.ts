import { visibleText } from '../../../domain/text/visibleText.ts';
import type { WorkloadFilter } from '../../../domain/workloads/filterWorkloads.ts';

/** What a filter lets through, for the line above the tree; undefined: everything. */
export function filterWords({
  namespaces,
  text,
  onlyUnhealthy,
  onlyOurs,
}: WorkloadFilter): string | undefined {
  const parts = [
    ...(onlyUnhealthy ? ['unhealthy ones'] : []),
    ...(onlyOurs ? ["this workspace's services"] : []),
    ...(namespaces === undefined ? [] : [`namespace ${namespaces.join(', ')}`]),
    ...(text === undefined ? [] : [`“${text}”`]),
  ];
  return parts.length === 0 ? undefined : visibleText(`Only ${parts.join(' · ')}`);
}
