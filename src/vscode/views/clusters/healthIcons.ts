import type { Health } from '../../../domain/workloads/health.ts';
import type { NodeIcon } from '../treeNode.ts';

const icons: Readonly<Record<Health['level'], NodeIcon>> = {
  healthy: { name: 'pass', color: 'testing.iconPassed' },
  progressing: { name: 'sync', color: 'testing.iconQueued' },
  unhealthy: { name: 'error', color: 'testing.iconFailed' },
  idle: { name: 'circle-outline', color: 'disabledForeground' },
};

export function iconOfHealth({ level }: Health): NodeIcon {
  return icons[level];
}

export const warningIcon: NodeIcon = { name: 'warning', color: 'list.warningForeground' };
export const workingIcon: NodeIcon = { name: 'loading~spin', color: 'testing.iconQueued' };
