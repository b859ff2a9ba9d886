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

/** Why there is no line for a verdict on a workload, one sentence without its full stop. */
export function whyUnplaced(
  environment: string,
  { kind, namespace, name }: WorkloadName,
  { renderer, objects }: Rendering,
): string {
  const named = objects.filter(({ object }) => object.kind === kind && object.metadata.name === name);
  if (named.length === 0) return `The manifests of ${environment} have no ${kind} ${name}`;
  if (!named.some(({ object }) => [undefined, namespace].includes(object.metadata.namespace)))
    return `The manifests of ${environment} have ${kind} ${name} in another namespace than ${namespace}`;
  return renderer === 'helm'
    ? `${kind} ${name} of ${environment} is rendered from a chart, whose lines cannot be told`
    : `It cannot be told for certain where the manifests of ${environment} have ${kind} ${name}`;
}
