import type { Verdict } from './verdict.ts';

/** `api cannot start: image shop/api:1 was not found in its registry (deploy/api.yaml:14)` */
export function sentenceWithPlace({ sentence, at }: Pick<Verdict, 'sentence' | 'at'>): string {
  return at ? `${sentence} (${at.file}:${at.line})` : sentence;
}
