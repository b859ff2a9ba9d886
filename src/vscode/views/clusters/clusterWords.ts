import { parseImageReference } from '../../../domain/images/imageReference.ts';
import { formatAge } from '../formatTime.ts';
import { shortTag } from '../shortWords.ts';

/** An image's tag as it fits a line; the last part of its name where it has none. */
export function shortImage(image: string): string {
  const reference = parseImageReference(image);
  if (!reference) return image;
  if (reference.tag !== undefined) return shortTag(reference.tag);
  return reference.repository.slice(reference.repository.lastIndexOf('/') + 1);
}

/** Seven digits of a digest, as people compare commits. */
export function fewDigits(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 7);
}

export function countWords(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** When something was true: `as of 2 min ago`. */
export function asOf(since: number, now: number): string {
  return `as of ${formatAge(now - since)}`;
}

/** When something is tried again: `again in 12 s`, `again in 3 min`. */
export function againIn(nextTry: number, now: number): string {
  const seconds = Math.ceil((nextTry - now) / 1000);
  if (seconds <= 0) return 'tries again';
  return seconds < 90 ? `again in ${seconds} s` : `again in ${Math.round(seconds / 60)} min`;
}

/** What belongs on a line, without what is empty. */
export function joinWords(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}
