import { type Deferred, deferred } from '../../base/deferred.ts';
import type { BuildOutput } from '../../domain/runs/stepOutput.ts';
import type { WantedImage } from '../proposals/proposals.ts';

/** What the services of one run learn of each other. Undefined: it will not come to be in this run. */
export interface Siblings {
  built(service: string): Promise<BuildOutput | undefined>;
  /** The image of each service that is to be proposed, once all of them are pushed or stopped. */
  allPushed(services: readonly string[]): Promise<readonly WantedImage[]>;
  announceBuilt(service: string, image: BuildOutput): void;
  announcePushed(image: WantedImage): void;
  /** The service takes no more steps. */
  announceEnd(service: string): void;
}

export function createSiblings(): Siblings {
  const builds = new Map<string, Deferred<BuildOutput | undefined>>();
  const pushes = new Map<string, Deferred<WantedImage | undefined>>();
  const entry = <T>(entries: Map<string, Deferred<T>>, service: string): Deferred<T> => {
    const known = entries.get(service) ?? deferred<T>();
    entries.set(service, known);
    return known;
  };
  return {
    built: (service) => entry(builds, service).promise,
    async allPushed(services) {
      const images = await Promise.all(services.map((service) => entry(pushes, service).promise));
      return images.filter((image) => image !== undefined);
    },
    announceBuilt: (service, image) => entry(builds, service).resolve(image),
    announcePushed: (image) => entry(pushes, image.service.name).resolve(image),
    announceEnd(service) {
      // Settling twice changes nothing: this only speaks for what never came.
      entry(builds, service).resolve(undefined);
      entry(pushes, service).resolve(undefined);
    },
  };
}
