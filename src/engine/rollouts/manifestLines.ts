import type { SourcePosition } from '../../domain/errors/problem.ts';
import { type Failure, failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import { locateField } from '../../domain/rendering/locateField.ts';
import type { Rendering } from '../../domain/rendering/rendering.ts';
import { meantFields } from '../../domain/verdict/meantFields.ts';
import {
  findRenderedWorkload,
  placeVerdict,
  type WorkloadName,
  whyUnplaced,
} from '../../domain/verdict/placeVerdict.ts';
import type { Verdict } from '../../domain/verdict/verdict.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { Ports } from '../ports/ports.ts';
import { fetchBase, type ManifestSource, openManifestSource } from '../proposals/manifestSource.ts';
import { render } from '../rendering/render.ts';
import { chooseEnvironment } from '../workspace/chooseEnvironment.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';

/** Whose manifests tell the lines that verdicts are about, as their branch has them. */
export interface ManifestLinesRequest {
  readonly opened: OpenWorkspace;
  /** May be left out where there is only one. */
  readonly environment?: string;
  /** Why a verdict has no line, one sentence without its full stop; said once. */
  onUnplaced(why: string): void;
}

/** Lines of an environment's manifests, for verdicts on its workloads. */
export interface ManifestLines {
  readonly environment: Environment;
  /** The namespace that the manifests give all their workloads of that name. */
  namespaceOf(kinds: readonly string[], name: string): string | undefined;
  place(verdict: Verdict, workload: WorkloadName): Verdict;
}

/** Manifests that cannot be read leave verdicts without a line. Throws `environment-unknown`, `environment-ambiguous`. */
export async function openManifestLines(
  ports: Ports,
  { opened, environment: name, onUnplaced }: ManifestLinesRequest,
  signal: AbortSignal,
): Promise<ManifestLines> {
  const environment = chooseEnvironment(opened, name);
  const read = await tryManifests(ports, opened, environment, signal);
  let isTold = false;

  function tell(why: string): void {
    if (!isTold) onUnplaced(why);
    isTold = true;
  }

  return {
    environment,
    namespaceOf(kinds, wanted) {
      if ('failure' in read) return undefined;
      const found = read.rendering.objects.filter(
        ({ object }) => kinds.includes(object.kind) && object.metadata.name === wanted,
      );
      const [namespace, ...others] = new Set(found.map(({ object }) => object.metadata.namespace));
      return others.length === 0 ? namespace : undefined;
    },
    place(verdict, workload) {
      if (verdict.state === 'healthy') return verdict;
      if ('failure' in read) {
        tell(`The manifests of ${environment.name} cannot be read: ${read.failure.why}`);
        return verdict;
      }
      const placed = placeVerdict(verdict, workload, read.rendering);
      if (!placed.at) tell(whyUnplaced(environment.name, workload, read.rendering));
      return placed;
    },
  };
}

/** A line of a manifest, and where that manifest is to be had. */
export interface ManifestPlace {
  readonly environment: string;
  readonly branch: string;
  readonly commit: string;
  /** In the repository. */
  readonly at: SourcePosition;
  /** The file as the commit has it. */
  readonly text: string;
  /** Absolute path of the repository's working tree; absent where there is none on this machine. */
  readonly folder?: string;
}

export interface ManifestPlaceRequest {
  readonly environment: string;
  readonly workload: WorkloadName;
  /** What is wrong with it; without that the line is the object's. */
  readonly verdict?: Verdict;
}

/** Where a workload, or what a verdict says of it, is written; a sentence why that cannot be told. Throws as Git and rendering do. */
export async function findManifestPlace(
  ports: Ports,
  opened: OpenWorkspace,
  { environment: name, workload, verdict }: ManifestPlaceRequest,
  signal: AbortSignal,
): Promise<ManifestPlace | { readonly unknown: string }> {
  const environment = chooseEnvironment(opened, name);
  const { source, rendering } = await readManifests(ports, opened, environment, signal);
  const rendered = findRenderedWorkload(rendering, workload);
  const fields = rendered && verdict ? meantFields(verdict, rendered.object) : [];
  const at = rendered && locateField(rendering, rendered, fields);
  const text = at && rendering.texts.get(at.file);
  if (!at || text === undefined) return { unknown: whyUnplaced(environment.name, workload, rendering) };
  const { top } = source.repository.place;
  return {
    environment: environment.name,
    branch: source.base,
    commit: rendering.commit,
    at,
    text,
    ...(top === undefined ? {} : { folder: top }),
  };
}

interface Manifests {
  readonly source: ManifestSource;
  readonly rendering: Rendering;
}

async function readManifests(
  ports: Ports,
  opened: OpenWorkspace,
  environment: Environment,
  signal: AbortSignal,
): Promise<Manifests> {
  const source = await openManifestSource(ports, opened, environment, [], signal);
  await fetchBase(source, signal);
  const { repository, baseCommit: commit, path: folder } = source;
  const request = { repository, commit, folder, release: environment.name, mayFetch: 'all' } as const;
  return { source, rendering: await render(ports, request, signal) };
}

async function tryManifests(
  ports: Ports,
  opened: OpenWorkspace,
  environment: Environment,
  signal: AbortSignal,
): Promise<Manifests | { readonly failure: Failure }> {
  try {
    return await readManifests(ports, opened, environment, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!TowlineError.is(error)) throw error;
    return { failure: failureOf(error) };
  }
}
