import { targetRepository } from '../../../domain/images/targetRepository.ts';
import type { OwnService } from '../../../domain/workloads/filterWorkloads.ts';
import type { EditorState } from '../editorState.ts';

/** Services of the window's repositories, by the images they are known by and pushed as. */
export function ownServices({ repositories }: EditorState): readonly OwnService[] {
  return repositories.flatMap(({ workspace: read }) =>
    read.kind !== 'read'
      ? []
      : read.workspace.services.map(({ name, image }) => ({
          name,
          matches: image,
          repository: targetRepository(read.workspace.registry ?? 'localhost', image),
        })),
  );
}

/** Names of the environments by the context they are read with. */
export function environmentsByContext({ repositories }: EditorState): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { workspace: read } of repositories) {
    if (read.kind !== 'read') continue;
    for (const { name, context } of read.workspace.environments)
      if (context !== undefined) found.set(context, [...new Set([...(found.get(context) ?? []), name])]);
  }
  return found;
}
