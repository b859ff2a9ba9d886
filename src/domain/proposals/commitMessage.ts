import { parseImageReference } from '../images/imageReference.ts';
import type { TestOutput } from '../runs/stepOutput.ts';

/** One image of a proposal, as its commit tells it. */
export interface ProposedImage {
  readonly service: string;
  /** Reference in the manifests so far; undefined when none was pinned. */
  readonly before: string | undefined;
  /** `repository:tag@digest` */
  readonly after: string;
  readonly tag: string;
  readonly digest: string;
  /** Source commit the image's labels name. */
  readonly commit: string | undefined;
  readonly dirty: boolean;
  /** Where the source is, unless it is merged: `commit 1234567, which is not on origin`. */
  readonly unmerged?: string | undefined;
  /** `earlier`: the image was proposed before and stays as it is. */
  readonly tests: TestOutput | 'earlier' | undefined;
}

/** Body line limit that Git's own tools and hosts wrap at. */
const subjectLimit = 72;

/**
 * A commit message in the repository's own style: Conventional Commits where its history uses them. Trailers
 * name what tools look for, one set for each image. `sourceRepository` is the address of the source's repository, where
 * the manifests are in another one.
 */
export function commitMessage(
  environment: string,
  images: readonly ProposedImage[],
  recentSubjects: readonly string[],
  sourceRepository?: string,
): string {
  const subject = subjectOf(environment, images, usesConventionalCommits(recentSubjects));
  const body = images.map(describe).join('\n\n');
  const trailers = images.flatMap((image) => [
    ...(image.commit
      ? [`Source-Commit: ${image.commit}${image.dirty ? ' (with uncommitted changes)' : ''}`]
      : []),
    `Image-Digest: ${image.after}`,
  ]);
  if (sourceRepository !== undefined) trailers.unshift(`Source-Repository: ${sourceRepository}`);
  return `${subject}\n\n${body}\n\n${trailers.join('\n')}\n`;
}

/** The digest trailer marks commits of ours: a branch whose tip lacks it was changed by somebody else. */
export function isProposalMessage(message: string): boolean {
  return /^Image-Digest: \S+@sha256:[0-9a-f]{64}$/m.test(message);
}

/** The first image that one of our commits proposes and whose repository is meant. */
export function proposedImage(
  message: string,
  isMeant: (repository: string) => boolean,
): { readonly repository: string; readonly tag: string; readonly digest: string } | undefined {
  for (const [, reference = ''] of message.matchAll(/^Image-Digest: (\S+)$/gm)) {
    const image = parseImageReference(reference);
    if (image?.tag && image.digest && isMeant(image.repository))
      return { repository: image.repository, tag: image.tag, digest: image.digest };
  }
  return undefined;
}

/** At least half of the recent commits, merges and our own aside, read `type(scope)!: description`. */
function usesConventionalCommits(subjects: readonly string[]): boolean {
  const written = subjects.filter(
    (subject) => !/^Merge /.test(subject) && !/^(chore\(deploy\): b|B)ump \S+ to /.test(subject),
  );
  const conventional = written.filter((subject) => /^[a-z]+(\([^)]+\))?!?: \S/.test(subject));
  return conventional.length > 0 && conventional.length * 2 >= written.length;
}

function subjectOf(environment: string, images: readonly ProposedImage[], conventional: boolean): string {
  const [first, ...others] = images;
  const what =
    first && others.length === 0
      ? `${first.service} to ${first.tag}`
      : `${images.map(({ service }) => service).join(', ')}`;
  const text = conventional
    ? `chore(deploy): bump ${what} in ${environment}`
    : `Bump ${what} in ${environment}`;
  if (text.length <= subjectLimit || others.length === 0) return text;
  return conventional
    ? `chore(deploy): bump ${images.length} images in ${environment}`
    : `Bump ${images.length} images in ${environment}`;
}

function describe({ service, before, after, tests, unmerged }: ProposedImage): string {
  const lines = [`${service}: ${after}`];
  if (before !== undefined) lines.push(`was ${before}`);
  lines.push(`Tests: ${describeTests(tests)}`);
  if (unmerged !== undefined) lines.push(`Source not merged: ${unmerged}`);
  return lines.join('\n');
}

function describeTests(tests: ProposedImage['tests']): string {
  if (tests === 'earlier') return 'passed when it was first proposed';
  if (!tests || tests.command === undefined) return 'none declared';
  if (!tests.counts) return 'passed (the runner gave no counts)';
  const { passed, skipped } = tests.counts;
  return `${passed} passed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
