import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { BuildOutput, PushOutput } from '../../domain/runs/stepOutput.ts';
import { contentKey } from '../keys/contentKey.ts';
import type { Step, StepContext } from './step.ts';

/** Seconds; enough for gigabytes over a slow line. */
const longestPush = 3600;

/** Docker's limit. */
const longestTag = 128;

/** An image on the engine → a digest that the registry confirms. */
export const pushStep: Step<PushOutput> = {
  name: 'push',

  timeLimit: () => longestPush,

  inputs: (context) => Promise.resolve(pushInputs(context, imageOf(context))),

  async verify({ scope, report, signal }, { repository, digest }) {
    try {
      return await scope.registries.holds(repository, digest, signal);
    } catch (error) {
      if (!TowlineError.is(error, 'registry-unreachable')) throw error;
      await scope.registries.ready(repository, report.notice, signal);
      return scope.registries.holds(repository, digest, signal);
    }
  },

  async run(context) {
    const { scope, service, report, signal } = context;
    const image = imageOf(context);
    const repository = scope.registries.repositoryOf(service.image);
    await scope.registries.ready(repository, report.notice, signal);
    // Runs side by side push the same tag, which file-backed registries answer with an error now and then.
    const { commonFolder } = scope.opened.repository.place;
    const lock = `push-${contentKey({ reference: `${repository}:${image.tag}` })}`;
    return scope.ports.stores.withLock(
      commonFolder,
      lock,
      () => pushImage(context, image, repository),
      signal,
    );
  },
};

async function pushImage(context: StepContext, image: BuildOutput, repository: string): Promise<PushOutput> {
  const { scope, report, signal } = context;
  const { imageId, commit, dirty } = image;
  const tag = await freeTag(context, image, repository);
  const reference = `${repository}:${tag}`;
  await scope.ports.containers.tagImage(imageId, reference, signal);
  const credential = await scope.registries.credentialFor(repository, signal);
  const pushing = scope.ports.containers.pushImage(
    reference,
    credential,
    (progress) => {
      if (progress.type === 'output') report.output(progress.text);
      else report.substep(progress.id, `layer ${progress.id}`, layerState(progress.state));
    },
    signal,
  );
  report.waiting();
  const { digest } = await pushing;
  const held = await scope.registries.findDigest(repository, tag, signal);
  if (held !== digest) {
    throw new TowlineError('digest-mismatch', {
      why: `${reference} was pushed as ${digest}, but the registry answers ${held ?? 'that it has no such tag'}.`,
    });
  }
  return { step: 'push', repository, tag, digest, commit, dirty };
}

/**
 * The image's tag, or one of its own where the registry has another image under it: the same commit can give
 * another image when a base image moved, and a digest that a manifest pins must not lose its tag.
 */
async function freeTag(
  { scope, signal }: StepContext,
  { imageId, tag }: BuildOutput,
  repository: string,
): Promise<string> {
  const taken = await scope.registries.findDigest(repository, tag, signal);
  if (taken === undefined) return tag;
  const image = await scope.ports.containers.inspectImage(imageId, signal);
  if (image?.repositoryDigests.some((digest) => digest.endsWith(`@${taken}`))) return tag;
  const own = imageId.replace(/^sha256:/, '').slice(0, 8);
  return `${tag.slice(0, longestTag - own.length - 1)}-${own}`;
}

/** The verified push of an image by an earlier run, if there is one. */
export async function findPushed(context: StepContext, built: BuildOutput): Promise<PushOutput | undefined> {
  const { scope, service } = context;
  const stored = scope.results.find('push', service.name, contentKey(pushInputs(context, built)));
  if (stored?.output.step !== 'push') return undefined;
  return (await pushStep.verify(context, stored.output)) ? stored.output : undefined;
}

function pushInputs({ scope, service }: StepContext, built: BuildOutput): Record<string, string> {
  return { image: built.imageId, reference: `${scope.registries.repositoryOf(service.image)}:${built.tag}` };
}

function imageOf({ earlier, service }: StepContext): BuildOutput {
  if (!earlier.build)
    throw new TowlineError('unexpected', { why: `${service.name} is to be pushed before it was built.` });
  return earlier.build;
}

function layerState(state: 'waiting' | 'pushing' | 'exists' | 'pushed'): 'started' | 'done' | 'cached' {
  return state === 'exists' ? 'cached' : state === 'pushed' ? 'done' : 'started';
}
