/** Ids of the nodes of the Clusters view; the one place that makes them, so that a node can be refreshed and revealed. */
export const nodeIds = {
  forwards: 'forwards',
  forward: (id: string) => `forward ${id}`,
  context: (context: string) => `context ${context}`,
  namespace: (context: string, namespace: string) => `namespace ${context} ${namespace}`,
  workload: (context: string, uid: string) => `workload ${context} ${uid}`,
  pod: (context: string, uid: string) => `pod ${context} ${uid}`,
  container: (context: string, uid: string, name: string) => `container ${context} ${uid} ${name}`,
  verdict: (context: string, uid: string) => `verdict ${context} ${uid}`,
} as const;
