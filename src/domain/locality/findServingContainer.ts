import { type ClusterTool, mayBe } from './clusterTools.ts';

/** What a proof needs to know of a container; see the engine's port. */
export interface ProvingContainer {
  readonly name: string;
  readonly running: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly {
    readonly containerPort: number;
    readonly hostAddress: string;
    readonly hostPort: number;
  }[];
  readonly networks: Readonly<Record<string, readonly string[]>>;
}

export interface ServingContainer {
  readonly container: string;
  /** The tool's name for the cluster. */
  readonly cluster: string;
  /** Names that the cluster's nodes may have. */
  readonly nodes: readonly string[];
  /** `publishes 127.0.0.1:41234` */
  readonly how: string;
}

/**
 * The container of a tool's clusters whose published API port, or whose own address on a network of the engine, a
 * kubeconfig's server is. Names of hosts are not looked up: an address must stand there.
 */
export function findServingContainer(
  server: string,
  tool: ClusterTool,
  containers: readonly ProvingContainer[],
): ServingContainer | undefined {
  const place = placeOf(server);
  if (place === undefined) return undefined;
  for (const { name, running, labels, ports, networks } of containers) {
    const cluster = labels[tool.clusterLabel];
    if (!running || !cluster || !mayBe(tool.apiRoles, labels[tool.roleLabel])) continue;
    const published = ports.some(
      ({ containerPort, hostAddress, hostPort }) =>
        containerPort === tool.apiPort && hostPort === place.port && isPublishedAt(place.host, hostAddress),
    );
    const own = place.port === tool.apiPort && Object.values(networks).flat().includes(place.host);
    if (!published && !own) continue;
    const nodes = containers
      .filter(
        ({ labels: theirs }) =>
          theirs[tool.clusterLabel] === cluster && mayBe(tool.nodeRoles, theirs[tool.roleLabel]),
      )
      .map((node) => node.name);
    const address = `${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}`;
    return {
      container: name,
      cluster,
      nodes,
      how: `${published ? 'publishes' : 'has the address'} ${address}`,
    };
  }
  return undefined;
}

/** Host without brackets, and port. */
function placeOf(server: string): { readonly host: string; readonly port: number } | undefined {
  if (!URL.canParse(server)) return undefined;
  const { hostname, port, protocol } = new URL(server);
  if (protocol !== 'https:') return undefined;
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? 443 : Number(port) };
}

/**
 * Whether a host of this machine reaches what is published at an address. Only the loopback's own addresses: any other
 * one may by now be another machine's, and a name such as `localhost` may mean two addresses with a listener each.
 */
function isPublishedAt(host: string, hostAddress: string): boolean {
  if (host === '127.0.0.1' || host === '0.0.0.0')
    return hostAddress === '127.0.0.1' || hostAddress === '0.0.0.0';
  if (host === '::1' || host === '::') return hostAddress === '::1' || hostAddress === '::';
  return false;
}
