import type { ImageHold } from '../../domain/manifests/imageEdit.ts';
import type { Hold } from '../../domain/runs/hold.ts';

const codes: Partial<Readonly<Record<ImageHold['reason'], Hold['code']>>> = {
  'image-not-found': 'image-not-in-manifests',
  ambiguous: 'image-ambiguous',
  'other-repository': 'image-elsewhere',
  'unsupported-style': 'style-unsupported',
};

/** Why the manifests were not edited, as a hold of the run. */
export function holdForImage(hold: ImageHold): Hold {
  const places = hold.places.map(({ position, image }) => `${position.file}:${position.line} ${image}`);
  const images = hold.images.length > 0 ? [`Images there: ${hold.images.join(', ')}`] : [];
  return {
    code: codes[hold.reason] ?? 'manifest-unsafe',
    why: [hold.message, ...places, ...images].join('\n'),
    ways: hold.next ? [hold.next] : [],
  };
}
