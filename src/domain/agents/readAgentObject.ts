import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { type AgentObject, agentKinds } from './agentObject.ts';
import { readApplication } from './readApplication.ts';
import { readFluxObject } from './readFluxObject.ts';

/** Reads an object of a known agent, in whichever version its API has; undefined for any other object. */
export function readAgentObject(object: ClusterObject): AgentObject | undefined {
  const group = object.apiVersion.slice(0, Math.max(0, object.apiVersion.indexOf('/')));
  const known = agentKinds.find((each) => each.group === group && each.kind === object.kind);
  if (!known) return undefined;
  return known.kind === 'Application' ? readApplication(object) : readFluxObject(object, known.kind);
}
