import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ProposeOutput } from '../../domain/runs/stepOutput.ts';
import type { ProposedChange } from '../ports/consent.ts';
import type { Ports } from '../ports/ports.ts';
import type { ObjectId } from '../ports/repositories.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import { openManifestRepository } from './manifestSource.ts';

/**
 * Whole texts of what a finished proposal changed, from Git's objects; nothing is fetched. Undefined when they are
 * not here any more.
 */
export async function readProposedFiles(
  ports: Ports,
  opened: OpenWorkspace,
  output: ProposeOutput,
  signal: AbortSignal,
): Promise<ProposedChange['files'] | undefined> {
  const environment = opened.workspace.environments.find(({ name }) => name === output.environment);
  if (!environment) {
    throw new TowlineError('environment-unknown', { why: `There is no ${output.environment} any more.` });
  }
  const repository = await openManifestRepository(ports, opened, environment, signal);
  if (!(await repository.hasObject(output.commit, signal))) return undefined;
  const [parent] = (await repository.readCommit(output.commit, signal)).parents;
  if (parent === undefined) return undefined;
  const decoder = new TextDecoder();

  async function textsOf(commit: ObjectId): Promise<ReadonlyMap<string, string>> {
    const files = (await repository.listTree(commit, '', signal)).filter(({ path }) =>
      output.files.includes(path),
    );
    const blobs = await repository.readBlobs([...new Set(files.map(({ id }) => id))], signal);
    return new Map(files.map(({ path, id }) => [path, decoder.decode(blobs.get(id))]));
  }

  const [before, after] = await Promise.all([textsOf(parent), textsOf(output.commit)]);
  return output.files.map((path) => ({
    path,
    before: before.get(path) ?? '',
    after: after.get(path) ?? '',
  }));
}
