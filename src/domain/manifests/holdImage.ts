import type { EffectiveImage } from './effectiveImage.ts';
import type { ImageHold, ImageHoldReason, ImagePlace } from './imageEdit.ts';

export function hold(
  reason: ImageHoldReason,
  message: string,
  { next, places = [], images = [], problems = [] }: Partial<Omit<ImageHold, 'reason' | 'message'>> = {},
): ImageHold {
  return { reason, message, ...(next !== undefined && { next }), places, images, problems };
}

/** Where an image has its last word: the last `images:` entry that sets its version, else its container. */
export function placeOf({ settings, written, text }: EffectiveImage): ImagePlace {
  const setting = settings.findLast(({ newTag, digest }) => newTag !== undefined || digest !== undefined);
  return { position: setting?.position ?? written.position, image: text, workload: written.workload };
}
