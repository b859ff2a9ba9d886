import type { RunScope } from '../runs/runScope.ts';

/** Any tag and digest: which files an edit reads does not depend on them. */
const placeholder = { tag: 'tag', digest: `sha256:${'0'.repeat(64)}` };

/**
 * Reads what the proposals of these services will need while earlier steps are at work, by trying the edit.
 * Failures are silent; the step that needs it meets them again.
 */
export async function readAhead(
  { proposals, opened, registries }: Pick<RunScope, 'proposals' | 'opened' | 'registries'>,
  services: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  async function tryEdit(): Promise<void> {
    const wanted = opened.workspace.services
      .filter(({ name }) => services.includes(name))
      .map(({ image }) => ({ matches: image, repository: registries.repositoryOf(image), ...placeholder }));
    await proposals?.edit(wanted, signal);
  }
  if (services.length > 0) await Promise.allSettled([tryEdit(), proposals?.recentSubjects(signal)]);
}
