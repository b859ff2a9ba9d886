import type { AgentObject, agentKinds } from './agentObject.ts';

/**
 * The annotations by which an agent is asked to look at its source now, as its own command line sets them
 * (`argocd app get --refresh`, `flux reconcile`). The agent takes Argo CD's away again; Flux compares its with the last.
 *
 * @param now milliseconds since the epoch
 */
export function refreshRequest(
  agent: (typeof agentKinds)[number]['agent'],
  now: number,
): Readonly<Record<string, string>> {
  return agent === 'argo-cd'
    ? { 'argocd.argoproj.io/refresh': 'normal' }
    : { 'reconcile.fluxcd.io/requestedAt': new Date(now).toISOString() };
}

/** Whether an object's agent does what such a request asks: a suspended one does not, and Towline's own has another way. */
export function isRefreshable({ agent, manual }: AgentObject): boolean {
  return agent !== 'towline' && manual !== 'suspended';
}
