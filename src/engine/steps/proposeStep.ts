import { TowlineError } from '../../domain/errors/towlineError.ts';
import { formatImageReference } from '../../domain/images/imageReference.ts';
import type { ImageEdit } from '../../domain/manifests/imageEdit.ts';
import { commitMessage, type ProposedImage, proposedImage } from '../../domain/proposals/commitMessage.ts';
import { compareUrl } from '../../domain/proposals/compareUrl.ts';
import type { Hold } from '../../domain/runs/hold.ts';
import type { ProposeOutput } from '../../domain/runs/stepOutput.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { Service } from '../../domain/workspace/service.ts';
import type { ManifestSource } from '../proposals/manifestSource.ts';
import { findStanding, readBranch } from '../proposals/placeProposal.ts';
import type { Proposals, WantedImage } from '../proposals/proposals.ts';
import { holdForImage } from './imageHolds.ts';
import { isHold, type Step, type StepContext } from './step.ts';
import { workFolder } from './workFolder.ts';

/** Seconds; a fetch and a push of a few objects, and the user's hooks and signing agent. */
const longestProposal = 600;

/** A digest → a branch of the manifest repository that differs from the environment's branch by image lines only. */
export const proposeStep: Step<ProposeOutput> = {
  name: 'propose',

  timeLimit: () => longestProposal,

  async inputs(context) {
    const { environment, proposals } = placeOf(context);
    const source = await proposals.source(context.signal);
    const wanted = wantedImages(context);
    const images = wanted.map(({ pushed }) => `${pushed.repository}:${pushed.tag}@${pushed.digest}`);
    const unmerged = await unmergedSources(context, wanted);
    return {
      image: images.join('\n'),
      ...(unmerged.size === 0 ? {} : { source: JSON.stringify([...unmerged]) }),
      base: `${source.base} ${source.baseCommit}`,
      remote: source.remote?.url ?? 'none',
      environment: JSON.stringify([environment.name, environment.style, source.path, environment.group]),
      role: images.length === 1 && isBaseOnly(context, context.service) ? 'base of others' : 'its own',
    };
  },

  async verify(context, output) {
    if (output.commit === output.baseCommit) return true;
    const source = await placeOf(context).proposals.source(context.signal);
    return source.tip(output.branch) === output.commit;
  },

  async run(context, _key, untimed) {
    const { service, signal, report } = context;
    const { environment, proposals } = placeOf(context);
    const prepared = await prepareProposal(context);
    if (isHold(prepared)) return prepared;
    const { source, images, files, edits } = prepared;
    const unmerged = await unmergedSources(context, images);
    const place = {
      step: 'propose' as const,
      environment: environment.name,
      branch: proposals.branchOf(service),
      base: source.base,
      baseCommit: source.baseCommit,
      remote: source.remote,
      files: [...files.keys()],
      warnings: [
        ...edits.flatMap(({ warnings }) => warnings.map(({ message }) => message)),
        ...Array.from(
          unmerged,
          ([name, source]) =>
            `${images.length > 1 ? `The image of ${name}` : 'Its image'} is built from ${source}.`,
        ),
      ],
    };
    for (const warning of place.warnings) report.notice(`${service.name}: ${warning}`);
    if (files.size === 0) {
      const change = edits.some(runsAlready) ? 'delivered' : 'not-run';
      return { ...place, change, commit: source.baseCommit, diff: '', compareUrl: undefined };
    }
    if (!(await proposals.allowed(signal, untimed))) return declined(place.branch, source.remote?.url ?? '');
    const change = {
      run: context.scope.run,
      services: proposedImages(images, edits, unmerged).map(({ service: name }) => name),
      branch: place.branch,
      files: changedTexts(files, edits),
    };
    if (await proposals.refused(change, signal, untimed)) return refused(place.branch);

    const placed = await proposals.place(
      {
        branch: place.branch,
        files,
        message: async () =>
          commitMessage(
            environment.name,
            proposedImages(images, edits, unmerged),
            await proposals.recentSubjects(signal),
            await proposals.sourceRepository(signal),
          ),
        workFolder: () => workFolder(context),
      },
      signal,
    );
    return {
      ...place,
      change: placed.change,
      commit: placed.commit,
      diff: placed.diff ?? (await source.repository.diff(placed.parent, placed.commit, signal)),
      compareUrl: source.remote && compareUrl(source.remote.url, source.base, place.branch),
    };
  },
};

interface Prepared {
  readonly source: ManifestSource;
  readonly images: readonly WantedImage[];
  readonly files: ReadonlyMap<string, string>;
  readonly edits: readonly ImageEdit[];
}

/** The manifests as the proposal would have them. */
async function prepareProposal(context: StepContext): Promise<Prepared | Hold> {
  const { service, signal } = context;
  const { environment, proposals } = placeOf(context);
  const source = await proposals.readySource(signal);
  const images = [...wantedImages(context), ...(await carriedImages(context, source))];
  const { files, edits } = await proposals.edit(images.map(meantImage), signal);
  const stopped = edits.flatMap((edit, index) => {
    if (edit.kind !== 'held' || edit.hold.reason === 'unchanged') return [];
    const image = images[index]?.service ?? service;
    return edit.hold.reason === 'image-not-found' && isBaseOnly(context, image) ? [] : [edit.hold];
  });
  return stopped[0] ? holdForImage(stopped[0], environment, source) : { source, images, files, edits };
}

/** What `run` would do to the branch, from objects that are here; undefined where some would have to be fetched. */
export async function foreseeProposal(
  context: StepContext,
): Promise<ProposeOutput['change'] | Hold | undefined> {
  const { service, signal } = context;
  const { proposals } = placeOf(context);
  const { repository, baseCommit, tip } = await proposals.source(signal);
  const branch = proposals.branchOf(service);
  const standing = tip(branch);
  const needed = [baseCommit, ...(standing === undefined ? [] : [standing])];
  for (const commit of needed) if (!(await repository.hasObject(commit, signal))) return undefined;
  const prepared = await prepareProposal(context);
  if (isHold(prepared)) return prepared;
  const { source, files, edits } = prepared;
  if (files.size === 0) return edits.some(runsAlready) ? 'delivered' : 'not-run';
  if (await findStanding(source, { branch, files }, signal)) return 'same';
  return standing === undefined ? 'created' : 'updated';
}

function runsAlready(edit: ImageEdit): boolean {
  return edit.kind === 'held' && edit.hold.reason === 'unchanged';
}

/** Whether a service may be missing from the manifests: others are built on it, and nobody says that it runs there. */
function isBaseOnly({ scope }: StepContext, { name }: Service): boolean {
  const isBase = scope.opened.workspace.services.some(({ dependsOn }) => dependsOn.includes(name));
  return isBase && scope.environment?.services === undefined;
}

function placeOf({ scope }: StepContext): {
  readonly environment: Environment;
  readonly proposals: Proposals;
} {
  const { environment, proposals } = scope;
  if (!environment || !proposals)
    throw new TowlineError('unexpected', { why: 'A proposal was planned without an environment.' });
  return { environment, proposals };
}

/** The image of this service, or those of the whole environment when it groups them. */
function wantedImages(context: StepContext): readonly WantedImage[] {
  const { service, earlier } = context;
  if (context.group.length > 0) return context.group;
  if (!earlier.push)
    throw new TowlineError('unexpected', { why: `${service.name} is to be proposed before it was pushed.` });
  return [{ service, pushed: earlier.push, tests: earlier.test }];
}

/**
 * What a grouped branch already proposes for services that take no part in this run: it must not fall out of
 * the branch because of that.
 */
async function carriedImages(context: StepContext, source: ManifestSource): Promise<readonly WantedImage[]> {
  const { scope, group, signal } = context;
  const branch = scope.proposals?.branchOf(context.service);
  const tip = branch === undefined || group.length === 0 ? undefined : source.tip(branch);
  if (branch === undefined || tip === undefined) return [];
  const { message } = await readBranch(source, branch, tip, signal);
  const taking = new Set(group.map(({ service }) => service.name));
  return scope.opened.workspace.services.flatMap((service) => {
    const repository = scope.registries.repositoryOf(service.image);
    const image = taking.has(service.name)
      ? undefined
      : proposedImage(message, (found) => found === repository);
    if (!image) return [];
    const pushed = { step: 'push' as const, ...image, commit: undefined, dirty: false };
    return { service, pushed, tests: 'earlier' as const };
  });
}

function meantImage({ service, pushed }: WantedImage): {
  matches: string;
  repository: string;
  tag: string;
  digest: string;
} {
  return { matches: service.image, repository: pushed.repository, tag: pushed.tag, digest: pushed.digest };
}

/** Where the source of an image is, by its service, for those that are not made of merged code. */
async function unmergedSources(
  context: StepContext,
  images: readonly WantedImage[],
): Promise<ReadonlyMap<string, string>> {
  const { proposals } = placeOf(context);
  const found = await Promise.all(
    images.map(async ({ service, pushed }) =>
      pushed.commit === undefined
        ? undefined
        : ([service.name, await proposals.unmergedSource(pushed.commit, context.signal)] as const),
    ),
  );
  return new Map(found.flatMap((each) => (each?.[1] === undefined ? [] : [[each[0], each[1]] as const])));
}

function proposedImages(
  images: readonly WantedImage[],
  edits: readonly ImageEdit[],
  unmerged: ReadonlyMap<string, string>,
): readonly ProposedImage[] {
  return images.flatMap(({ service, pushed, tests }, index) => {
    const edit = edits[index];
    if (edit?.kind !== 'edit') return [];
    return {
      service: service.name,
      before: formatImageReference(edit.before),
      after: formatImageReference(edit.after),
      tag: pushed.tag,
      digest: pushed.digest,
      commit: pushed.commit,
      dirty: pushed.dirty,
      unmerged: unmerged.get(service.name),
      tests,
    };
  });
}

/** Files with their texts before the first and after the last edit. */
function changedTexts(
  files: ReadonlyMap<string, string>,
  edits: readonly ImageEdit[],
): readonly { path: string; before: string; after: string }[] {
  const made = edits.flatMap((edit) => (edit.kind === 'edit' ? edit.edits : []));
  return Array.from(files, ([path, after]) => ({
    path,
    before: made.find((edit) => edit.path === path)?.before ?? '',
    after,
  }));
}

function refused(branch: string): Hold {
  return {
    code: 'declined',
    why: `You declined the proposal for ${branch}.`,
    ways: ['Run again and approve it; tests, image and push are reused.'],
  };
}

function declined(branch: string, remote: string): Hold {
  return {
    code: 'declined',
    why: `You declined to push ${branch} to ${remote}.`,
    ways: ['Run again and allow it, or use --no-propose to stop after the push.'],
  };
}
