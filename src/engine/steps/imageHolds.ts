import type { ImageHold } from '../../domain/manifests/imageEdit.ts';
import type { Hold } from '../../domain/runs/hold.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { Service } from '../../domain/workspace/service.ts';
import type { StepContext } from './step.ts';

const codes: Partial<Readonly<Record<ImageHold['reason'], Hold['code']>>> = {
  'image-not-found': 'image-not-in-manifests',
  ambiguous: 'image-ambiguous',
  'other-repository': 'image-elsewhere',
  'unsupported-style': 'style-unsupported',
};

/**
 * Why the manifests were not edited, as a hold of the run. An image that only serves as another's base need not
 * be in the manifests: that service is simply not run there.
 */
export function holdForImage(
  hold: ImageHold,
  environment: Environment,
  service: Service,
  { scope }: StepContext,
): Hold {
  const isBase = scope.opened.workspace.services.some(({ dependsOn }) => dependsOn.includes(service.name));
  if (hold.reason === 'image-not-found' && isBase && environment.services === undefined) {
    return {
      code: 'environment-skips-service',
      why: `${environment.name} does not run ${service.name}; other services are built on it.`,
      ways: [],
    };
  }
  const places = hold.places.map(({ position, image }) => `${position.file}:${position.line} ${image}`);
  const images = hold.images.length > 0 ? [`Images there: ${hold.images.join(', ')}`] : [];
  return {
    code: codes[hold.reason] ?? 'manifest-unsafe',
    why: [hold.message, ...places, ...images].join('\n'),
    ways: hold.next ? [hold.next] : [],
  };
}
