import { executeOrThrow } from './execute.ts';

export interface DemoProposal {
  readonly branch: string;
  readonly commit: string;
  /** As Git prints it, in colour where asked for. */
  readonly diff: string;
  /** Removed and added lines that are not image lines; must be empty. */
  readonly strayLines: readonly string[];
  /** `sha256:...` of the images that the branch pins. */
  readonly digests: readonly string[];
}

/** What lies on the remote now, beside its main branch, and how it differs from that. */
export async function readProposals(remote: string, colour: boolean): Promise<readonly DemoProposal[]> {
  const git = (...args: string[]) => executeOrThrow('git', ['--git-dir', remote, ...args]);
  const refs = await git(
    'for-each-ref',
    '--format=%(refname:short) %(objectname:short)',
    'refs/heads/towline',
  );
  const proposals: DemoProposal[] = [];
  for (const [branch = '', commit = ''] of refs
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' '))) {
    const range = `main...${branch}`;
    const changed = (await git('diff', '--unified=0', range))
      .split('\n')
      .filter((line) => /^[-+](?![-+]{2} )/.test(line));
    proposals.push({
      branch,
      commit,
      diff: await git('diff', `--color=${colour ? 'always' : 'never'}`, range),
      strayLines: changed.filter((line) => !/^[-+]\s*(- )?(newTag|digest|image):/.test(line)),
      digests: changed.flatMap((line) =>
        line.startsWith('+') ? (/sha256:[0-9a-f]{64}/.exec(line) ?? []) : [],
      ),
    });
  }
  return proposals;
}
