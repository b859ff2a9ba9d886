import type { TrailImage } from '../../domain/delivery/commitTrail.ts';
import { parseImageReference } from '../../domain/images/imageReference.ts';
import type { PushOutput } from '../../domain/runs/stepOutput.ts';
import type { Ports } from '../ports/ports.ts';
import type { ObjectId } from '../ports/repositories.ts';
import { readRun } from '../runs/readRun.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import type { Ancestry } from './ancestry.ts';

/** From which commit images were built. */
export interface ImageSources {
  /** By the digest, where a run of this repository pushed it, else by the commit in Towline's own tags. */
  sourceOf(reference: string, signal: AbortSignal): Promise<ObjectId | undefined>;
  /** The newest image of a service, of the runs that are kept, that has a commit in it. */
  newestWith(service: string, commit: ObjectId, signal: AbortSignal): Promise<TrailImage | undefined>;
}

interface PushedImage extends PushOutput {
  readonly service: string;
  readonly run: number;
}

export async function createImageSources(
  { stores }: Ports,
  { repository }: OpenWorkspace,
  ancestry: Ancestry,
  signal: AbortSignal,
): Promise<ImageSources> {
  const journal = stores.openJournal(repository.place.commonFolder);
  const pushed: PushedImage[] = [];
  for (const run of journal.listRuns().toReversed()) {
    signal.throwIfAborted();
    const kept = await readRun(journal, run);
    for (const { name, steps } of kept?.state.services ?? [])
      for (const { result } of steps)
        if (result && 'output' in result && result.output.step === 'push')
          pushed.push({
            ...result.output,
            service: name,
            run: result.outcome === 'reused' ? result.fromRun : run,
          });
  }
  const byDigest = new Map(pushed.map((image) => [image.digest, image.commit]));
  const byTag = new Map<string, Promise<ObjectId | undefined>>();

  return {
    async sourceOf(reference, asked) {
      const { tag, digest } = parseImageReference(reference) ?? {};
      const known = digest === undefined ? undefined : byDigest.get(digest);
      if (known !== undefined || tag === undefined) return known;
      const short = shortCommitOf(tag);
      if (short === undefined) return undefined;
      const found = byTag.get(short) ?? repository.findCommit(short, asked).then((commit) => commit?.id);
      byTag.set(short, found);
      return found;
    },
    async newestWith(service, commit, asked) {
      for (const image of pushed) {
        if (image.service !== service || image.commit === undefined) continue;
        if (await ancestry.includes(image.commit, commit, asked))
          return { reference: `${image.repository}:${image.tag}`, digest: image.digest, run: image.run };
      }
      return undefined;
    },
  };
}

/** The commit's digits in `<branch>-<sha7>-<unix time>`, as Towline tags images. */
function shortCommitOf(tag: string): string | undefined {
  return /-([0-9a-f]{7})-\d{9,}(?:-|$)/.exec(tag)?.[1];
}
