import type { ImageHold } from '../../domain/manifests/imageEdit.ts';
import type { Hold } from '../../domain/runs/hold.ts';

const codes: Partial<Readonly<Record<ImageHold['reason'], Hold['code']>>> = {
  'image-not-found': 'image-not-in-manifests',
  ambiguous: 'image-ambiguous',
  'other-repository': 'image-elsewhere',
  'unsupported-style': 'style-unsupported',
};

/** Problems of the files that a hold names; more would say the same. */
const shownProblems = 10;

/** Why the manifests were not edited, as a hold of the run. */
export function holdForImage(hold: ImageHold): Hold {
  const places = hold.places.map(({ position, image }) => `${position.file}:${position.line} ${image}`);
  const images = hold.images.length > 0 ? [`Images there: ${hold.images.join(', ')}`] : [];
  const problems = hold.problems.slice(0, shownProblems).map(describeProblem);
  // The sentence is often that of the first problem, which then says it again with its place.
  const sentence = hold.problems.some(({ message }) => message === hold.message) ? [] : [hold.message];
  return {
    code: codes[hold.reason] ?? 'manifest-unsafe',
    why: [...sentence, ...problems, ...places, ...images].join('\n'),
    ways: hold.next ? [hold.next] : [],
  };
}

function describeProblem({ message, at }: ImageHold['problems'][number]): string {
  return at ? `${at.file}:${at.line}:${at.column}: ${message}` : message;
}
