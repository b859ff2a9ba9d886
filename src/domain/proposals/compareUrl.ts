type CompareAddress = (base: string, branch: string) => string;

/** Hosts whose address scheme is published; others, self-hosted ones too, give no link rather than a wrong one. */
const hosts: ReadonlyMap<string, CompareAddress> = new Map<string, CompareAddress>([
  ['github.com', (base, branch) => `/compare/${encodePath(base)}...${encodePath(branch)}?expand=1`],
  [
    'gitlab.com',
    (base, branch) =>
      `/-/merge_requests/new?merge_request%5Bsource_branch%5D=${encodeURIComponent(branch)}&merge_request%5Btarget_branch%5D=${encodeURIComponent(base)}`,
  ],
  ['bitbucket.org', (base, branch) => `/branches/compare/${encodePath(branch)}..${encodePath(base)}`],
  ['codeberg.org', (base, branch) => `/compare/${encodePath(base)}...${encodePath(branch)}`],
]);

/** Page where the host compares a branch with its base and offers a pull request. */
export function compareUrl(remoteUrl: string, base: string, branch: string): string | undefined {
  const place = parseRemote(remoteUrl);
  if (!place) return undefined;
  const address = hosts.get(place.host);
  return address && `https://${place.host}/${place.path}${address(base, branch)}`;
}

/** `https://host/path.git`, `ssh://git@host/path.git` and `git@host:path.git`. */
function parseRemote(url: string): { readonly host: string; readonly path: string } | undefined {
  const match =
    /^(?:(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/|(?:[^@/]+@)?([^/:]+):(?!\/\/))(.+?)(?:\.git)?\/?$/.exec(
      url,
    );
  const host = match?.[1] ?? match?.[2];
  const path = match?.[3];
  return host && path ? { host: host.toLowerCase(), path } : undefined;
}

function encodePath(ref: string): string {
  return ref.split('/').map(encodeURIComponent).join('/');
}
