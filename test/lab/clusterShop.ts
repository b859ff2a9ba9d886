import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { DemoShop } from './demoShop.ts';
import { executeOrThrow } from './execute.ts';

const overlay = 'deploy/overlays/dev/kustomization.yaml';
const reviewer = [
  '-c',
  'user.name=Towline Reviewer',
  '-c',
  'user.email=reviewer@towline.invalid',
  '-c',
  'commit.gpgSign=false',
];

/**
 * Sends the copy's environment `dev` to a cluster: its context in towline.yaml, its namespace in the overlay, and, so that
 * requests take the way that real ones take, a port of the node for the api. Committed and pushed.
 */
export async function sendShopTo(
  { repository }: DemoShop,
  { context, namespace }: { readonly context: string; readonly namespace: string },
): Promise<void> {
  const configuration = parseDocument(await readFile(join(repository, 'towline.yaml'), 'utf8'));
  configuration.setIn(['environments', 'dev', 'context'], context);
  await writeFile(join(repository, 'towline.yaml'), configuration.toString({ lineWidth: 0 }));
  const kustomization = parseDocument(await readFile(join(repository, overlay), 'utf8'));
  kustomization.set('namespace', namespace);
  const patch = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: api\nspec:\n  type: NodePort\n';
  kustomization.set('patches', kustomization.createNode([{ patch }]));
  await writeFile(join(repository, overlay), kustomization.toString({ lineWidth: 0 }));
  await commitAndPush(repository, 'Send dev to a cluster');
}

/** Takes away what an agent has put on a cluster for the copy: its namespace, and the agent's own record. */
export async function removeShopFrom(
  kubeconfig: string,
  { remote }: Pick<DemoShop, 'remote'>,
  namespace: string,
): Promise<void> {
  const kubectl = (...args: string[]) => executeOrThrow('kubectl', ['--kubeconfig', kubeconfig, ...args]);
  await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait=false');
  const { items } = JSON.parse(await kubectl('-n', 'towline', 'get', 'configmaps', '-o', 'json'));
  for (const { metadata, data } of items)
    if (data?.source?.includes(JSON.stringify(remote)))
      await kubectl('-n', 'towline', 'delete', 'configmap', metadata.name);
}

/** Commits all changes of the copy on top of what is on the remote, and pushes them; gives the commit. */
export async function commitAndPush(repository: string, message: string): Promise<string> {
  const git = (...args: string[]) => executeOrThrow('git', args, { cwd: repository });
  if ((await git('status', '--porcelain')) !== '')
    await git('commit', '--quiet', '--all', '--no-verify', `--message=${message}`);
  await git('pull', '--quiet', '--rebase', 'origin', 'main');
  await git('push', '--quiet', '--no-verify', 'origin', 'HEAD:main');
  return (await git('rev-parse', 'HEAD')).trim();
}

/** Merges every proposal on the remote into its main branch, as a reviewer would with a button; their names. */
export async function mergeProposals({ remote }: DemoShop): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'towline-merge-'));
  const git = (...args: string[]) => executeOrThrow('git', [...reviewer, ...args], { cwd: folder });
  try {
    await git('clone', '--quiet', remote, folder);
    const listed = await git('for-each-ref', '--format=%(refname:lstrip=3)', 'refs/remotes/origin/towline');
    const branches = listed.split('\n').filter(Boolean);
    for (const branch of branches)
      await git('merge', '--quiet', '--no-ff', `--message=Merge ${branch}`, `origin/${branch}`);
    await git('push', '--quiet', 'origin', 'HEAD:main', ...branches.map((branch) => `:${branch}`));
    return branches;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
