import type { ImageHold } from '../../domain/manifests/imageEdit.ts';
import type { Hold } from '../../domain/runs/hold.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { ManifestSource } from '../proposals/manifestSource.ts';

const codes: Partial<Readonly<Record<ImageHold['reason'], Hold['code']>>> = {
  'image-not-found': 'image-not-in-manifests',
  ambiguous: 'image-ambiguous',
  'other-repository': 'image-elsewhere',
  'unsupported-style': 'style-unsupported',
};

/** Problems of the files that a hold names; more would say the same. */
const shownProblems = 10;

/**
 * Why the manifests were not edited, as a hold of the run. It says which commit was read: a correction that is
 * not on that branch yet seems ignored otherwise.
 */
export function holdForImage(hold: ImageHold, environment: Environment, source: ManifestSource): Hold {
  const places = hold.places.map(({ position, image }) => `${position.file}:${position.line} ${image}`);
  const images = hold.images.length > 0 ? [`Images there: ${hold.images.join(', ')}`] : [];
  const problems = hold.problems.slice(0, shownProblems).map(describeProblem);
  // The sentence is often that of the first problem, which then says it again with its place.
  const sentence = hold.problems.some(({ message }) => message === hold.message) ? [] : [hold.message];
  return {
    code: codes[hold.reason] ?? 'manifest-unsafe',
    why: [...sentence, ...problems, ...places, ...images, readFrom(source)].join('\n'),
    ways: [
      ...(hold.next ? [hold.next] : []),
      ...(hold.reason === 'image-not-found'
        ? [
            `Or list the services that run there in towline.yaml: \`services: […]\` under environments → ${environment.name}.`,
          ]
        : []),
    ],
  };
}

function readFrom({ base, baseCommit, remote }: ManifestSource): string {
  return `Read from ${base}${remote ? ` on ${remote.name}` : ''} (${baseCommit.slice(0, 7)}).`;
}

function describeProblem({ message, at }: ImageHold['problems'][number]): string {
  return at ? `${at.file}:${at.line}:${at.column}: ${message}` : message;
}
