/** What a look at a manifest's text tells, without composing it: detection reads hundreds of files at once. */
export interface ManifestFacts {
  /** Whether it holds an object whose pods run images. */
  readonly isWorkload: boolean;
  /** Values of `image:` fields of workloads, as written. */
  readonly images: readonly string[];
}

const workloadKind =
  /^[ \t-]*kind:[ \t]*["']?(?:Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Pod|Job|CronJob|Rollout)["']?[ \t]*(?:#.*)?\r?$/m;
const knativeService = /^[ \t-]*apiVersion:[ \t]*["']?serving\.knative\.dev\//m;
const imageField = /^[ \t]*(?:-[ \t]+)?image:[ \t]*(["']?)([^\s"'#]+)\1/gm;
const nothing: ManifestFacts = { isWorkload: false, images: [] };

/** Texts above this many UTF-16 units are bundles of definitions; their images are not ours. */
const longestText = 1_000_000;

export function scanManifest(text: string): ManifestFacts {
  if (text.length > longestText || text.includes('{{')) return nothing;
  if (!text.includes('apiVersion:') || !(workloadKind.test(text) || knativeService.test(text)))
    return nothing;
  const images = Array.from(text.matchAll(imageField), (match) => match[2] ?? '');
  return { isWorkload: true, images: [...new Set(images)] };
}
