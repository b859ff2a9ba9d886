import type { ObjectId, Repository } from '../ports/repositories.ts';

/** Which commits have which in them; each pair is asked once. */
export interface Ancestry {
  /** False as well where this clone does not know one of them. */
  includes(commit: ObjectId, part: ObjectId, signal: AbortSignal): Promise<boolean>;
}

export function createAncestry(repository: Repository): Ancestry {
  const known = new Map<string, Promise<boolean>>();

  async function ask(commit: ObjectId, part: ObjectId, signal: AbortSignal): Promise<boolean> {
    if (commit === part) return true;
    for (const id of [commit, part]) if (!(await repository.hasObject(id, signal))) return false;
    return repository.isAncestor(part, commit, signal);
  }

  return {
    includes(commit, part, signal) {
      const name = `${commit} ${part}`;
      const answer = known.get(name) ?? ask(commit, part, signal);
      known.set(name, answer);
      return answer;
    },
  };
}
