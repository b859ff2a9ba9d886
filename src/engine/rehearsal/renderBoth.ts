import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Rendering } from '../../domain/rendering/rendering.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { Ports } from '../ports/ports.ts';
import { render } from '../rendering/render.ts';
import type { RehearsalSource } from './openRehearsalSource.ts';

export interface BothRenderings {
  /** Undefined when the environment is not there yet. */
  readonly base: Rendering | undefined;
  readonly head: Rendering;
  /** What the reader should know of either. */
  readonly warnings: readonly string[];
}

/**
 * Renders an environment before and after a change. The change may fetch only what the environment's own branch builds
 * on. Throws what rendering the change throws; a base that cannot be rendered is a warning.
 */
export async function renderBoth(
  ports: Pick<Ports, 'files' | 'processes'>,
  { source, headCommit, baseCommit }: RehearsalSource,
  { name }: Environment,
  signal: AbortSignal,
): Promise<BothRenderings> {
  const { repository, path: folder } = source;
  const warnings: string[] = [];
  let base: Rendering | undefined;
  try {
    const request = { repository, commit: baseCommit, folder, release: name, mayFetch: 'all' } as const;
    base = await render(ports, request, signal);
  } catch (error) {
    if (!TowlineError.is(error, 'rendering-failed')) throw error;
    warnings.push(
      `What was there before cannot be rendered, so everything counts as added: ${error.failure.why}`,
    );
  }
  const request = { repository, commit: headCommit, folder, release: name, mayFetch: base?.fetched ?? [] };
  const head = await render(ports, request, signal);
  return { base, head, warnings: [...warnings, ...head.problems.map(({ message }) => message)] };
}
