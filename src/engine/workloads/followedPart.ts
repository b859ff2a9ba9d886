import type { Failure } from '../../domain/errors/towlineError.ts';
import type { FeedState } from '../feeds/feedState.ts';

/** One kind in one namespace, or in all. */
export interface FollowedPart {
  readonly kind: string;
  readonly namespace?: string;
  readonly state: FeedState;
}

/** Something that this user may not see. */
export interface HiddenPart {
  readonly kind: string;
  /** Where it is hidden; absent: in every namespace that is not followed by itself. */
  readonly namespace?: string;
  readonly failure: Failure;
}
