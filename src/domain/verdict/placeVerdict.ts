import { podSpecPath } from '../kubernetes/podSpec.ts';
import { locateField } from '../rendering/locateField.ts';
import type { RenderedObject, Rendering } from '../rendering/rendering.ts';
import type { ObjectIdentity } from '../workloads/workload.ts';
import { meantFields } from './meantFields.ts';
import type { Verdict } from './verdict.ts';

/** Without a namespace, the only one of that name. */
export type WorkloadName = Pick<ObjectIdentity, 'kind' | 'name'> & Partial<Pick<ObjectIdentity, 'namespace'>>;

/** The object that the manifests have for a workload; one without a namespace may be for any. */
export function findRenderedWorkload(
  { objects }: Pick<Rendering, 'objects'>,
  { kind, namespace, name }: WorkloadName,
): RenderedObject | undefined {
  const named = objects.filter(
    ({ object }) =>
      object.kind === kind && object.metadata.name === name && podSpecPath(object) !== undefined,
  );
  const found = (among: string | undefined) =>
    named.filter(({ object }) => object.metadata.namespace === among);
  const candidates =
    namespace === undefined ? named : [found(namespace), found(undefined)].find(({ length }) => length > 0);
  return candidates?.length === 1 ? candidates[0] : undefined;
}

/** The verdict with the line of the manifests that it is about, where that is certain; a healthy one is about none. */
export function placeVerdict(verdict: Verdict, workload: WorkloadName, rendering: Rendering): Verdict {
  if (verdict.state === 'healthy') return verdict;
  const rendered = findRenderedWorkload(rendering, workload);
  const at = rendered && locateField(rendering, rendered, meantFields(verdict, rendered.object));
  return at ? { ...verdict, at } : verdict;
}
