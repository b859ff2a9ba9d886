import type { Failure } from '../../domain/errors/towlineError.ts';

/** A failure as sentences for a message: what, why, what next. */
export function failureText({ what, why, next }: Pick<Failure, 'what' | 'why' | 'next'>): string {
  const reason = why.trimEnd();
  return `${what}: ${reason}${/[.!?…]$/.test(reason) ? '' : '.'} ${next}`;
}
