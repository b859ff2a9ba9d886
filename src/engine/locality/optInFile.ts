import { join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { type OptIn, optInFileName, readOptIns, writeOptIns } from '../../domain/locality/optIns.ts';
import type { ClusterContext } from '../ports/clusters.ts';
import type { Ports } from '../ports/ports.ts';

/** The one user-level file of clusters that count as local by their user's word; both hosts read it. */
export interface OptInFile {
  /** Absolute path. */
  readonly file: string;
  /** Read anew each time. Throws `opt-in-invalid`. */
  read(): readonly OptIn[];
  /** What allowing a context would write. Throws `context-unknown`, and `cluster-not-local` for one that cannot be recognised. */
  describe(context: string): OptIn;
  /** Adds a cluster, or leaves the one that is there; says whether it was there. */
  add(optIn: OptIn, signal: AbortSignal): Promise<'added' | 'there already'>;
  /** Takes out the cluster of a context, or those that were allowed under a name no context has any more. */
  remove(context: string, signal: AbortSignal): Promise<readonly OptIn[]>;
}

export function createOptInFile(
  { clusters, files, stores }: Pick<Ports, 'clusters' | 'files' | 'stores'>,
  dataFolder: string,
): OptInFile {
  const file = join(dataFolder, optInFileName);

  function read(): readonly OptIn[] {
    const text = files.readText(file);
    if (text === undefined) return [];
    const { optIns, problems } = readOptIns(text, file);
    if (optIns) return optIns;
    const lines = problems.map(({ message, at }) => `${at?.file}:${at?.line}:${at?.column}: ${message}`);
    const at = problems[0]?.at;
    throw new TowlineError('opt-in-invalid', { why: lines.join('\n'), problems, ...(at ? { at } : {}) });
  }

  const find = (name: string): ClusterContext | undefined =>
    clusters.readContexts().contexts.find((context) => context.name === name);
  const change = <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> =>
    stores.withLock(dataFolder, 'local-clusters', work, signal);
  async function write(optIns: readonly OptIn[]): Promise<void> {
    await files.makeFolder(dataFolder);
    await files.writeWhole(file, writeOptIns(optIns));
  }

  return {
    file,
    read,
    describe(name) {
      const context = find(name);
      if (!context)
        throw new TowlineError('context-unknown', { why: `there is no context ${JSON.stringify(name)}` });
      const why = whyUnrecognisable(context);
      if (why !== undefined) throw new TowlineError('cluster-not-local', { why, next: recognisable });
      return { server: context.server, authority: context.authority ?? '', context: name };
    },
    add: (optIn, signal) =>
      change(async () => {
        const optIns = read();
        if (optIns.some((known) => isSameCluster(known, optIn))) return 'there already';
        await write([...optIns, optIn]);
        return 'added';
      }, signal),
    remove: (name, signal) =>
      change(async () => {
        const optIns = read();
        const context = find(name);
        const meant = (optIn: OptIn): boolean =>
          context ? isSameCluster(optIn, context) : optIn.context === name;
        const removed = optIns.filter(meant);
        if (removed.length > 0) await write(optIns.filter((optIn) => !meant(optIn)));
        return removed;
      }, signal),
  };
}

const recognisable =
  'Give its cluster entry in the kubeconfig an https server and its certificate authority, and no proxy-url.';

/** Why nothing tells a context's server from another one that answers at its address; undefined where its certificate does. */
export function whyUnrecognisable({
  name,
  server,
  authority,
  insecure,
  proxy,
}: ClusterContext): string | undefined {
  const because = !server.startsWith('https:')
    ? 'is not spoken to over https'
    : insecure
      ? 'does not check the certificate of its server'
      : authority === undefined
        ? 'names no certificate authority'
        : proxy === undefined
          ? undefined
          : `is reached through the proxy ${proxy}, which may lead anywhere`;
  return (
    because && `context ${name} (${server}) ${because}, so that another cluster could stand in its place`
  );
}

export function isSameCluster(
  left: Pick<OptIn, 'server' | 'authority'>,
  right: Pick<ClusterContext, 'server' | 'authority'>,
): boolean {
  return left.server === right.server && left.authority === right.authority;
}
