import type { Disposable } from '../../base/disposable.ts';
import { type Failure, failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import type { RehearsalAddress } from '../../domain/rehearsal/rehearsalEvent.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import { forwardPorts, listPorts } from '../workloads/forwardPorts.ts';

/** Services beyond which nobody wants an address for each. */
const most = 20;

export interface OpenAddresses extends Disposable {
  readonly addresses: readonly RehearsalAddress[];
  /** Why there are no more of them. */
  readonly problem?: Failure;
}

/**
 * An address on this machine for each port of the rehearsal's Services; connections are carried to whichever pod is ready.
 *
 * @param localPort of the first; 0 for any free one, which the others have always
 */
export async function openAddresses(
  connection: { readonly reads: ClusterReads; readonly clock: Clock },
  objects: readonly ClusterObject[],
  localPort: number,
  signal: AbortSignal,
): Promise<OpenAddresses> {
  const { reads } = connection;
  const services = objects.filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Service');
  const open: Disposable[] = [];
  const addresses: RehearsalAddress[] = [];
  const dispose = (): void => {
    for (const forwarding of open.splice(0)) forwarding.dispose();
  };
  try {
    for (const { metadata } of services.slice(0, most)) {
      const source = { kind: 'Service', namespace: metadata.namespace ?? '', name: metadata.name } as const;
      for (const { port } of await listPorts(reads, source, signal)) {
        const options = { port, localPort: addresses.length === 0 ? localPort : 0 };
        const forwarding = await forwardPorts(connection, source, options, signal);
        open.push(forwarding);
        addresses.push({
          service: metadata.name,
          port,
          url: `${port === 443 ? 'https' : 'http'}://127.0.0.1:${forwarding.localPort}`,
        });
      }
    }
  } catch (error) {
    // The port that was asked for is the user's to correct; other troubles leave a rehearsal with fewer addresses.
    if (signal.aborted || TowlineError.is(error, 'port-taken')) {
      dispose();
      throw error;
    }
    return { addresses, problem: failureOf(error), dispose };
  }
  return { addresses, dispose };
}
