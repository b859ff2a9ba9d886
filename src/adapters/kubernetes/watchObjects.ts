import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import type { ObjectQuery, WatchEvent } from '../../engine/ports/clusters.ts';
import { objectPath, withQuery } from './addresses.ts';
import { type ApiStatus, refused, unreachable } from './clusterFailure.ts';
import type { Session } from './openSession.ts';
import { readLines } from './readLines.ts';

/** Longest line of a watch: etcd takes objects of 1.5 MiB, custom storage may take more. Bytes. */
const lineLimit = 16 * 1024 * 1024;

interface WatchLine {
  readonly type: string;
  readonly object: ClusterObject;
}

function readLine(line: string): WatchLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error('a line of the watch cannot be read');
  }
  if (typeof value === 'object' && value !== null && 'type' in value && 'object' in value)
    return value as WatchLine;
  throw new Error('a line of the watch is no event');
}

export async function watchObjects(
  session: Session,
  kind: ResourceKind,
  query: ObjectQuery,
  from: { readonly resourceVersion: string; readonly timeoutSeconds: number },
  onEvent: (event: WatchEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const { context } = session;
  const path = withQuery(objectPath(kind, query.namespace), {
    watch: 1,
    allowWatchBookmarks: true,
    resourceVersion: from.resourceVersion,
    timeoutSeconds: from.timeoutSeconds,
    labelSelector: query.labels,
    fieldSelector: query.fields,
  });
  let thrown: { readonly error: unknown } | undefined;
  const give = (event: WatchEvent): void => {
    try {
      onEvent(event);
    } catch (error) {
      thrown = { error };
      throw error;
    }
  };
  const take = (line: string): void => {
    const { type, object } = readLine(line);
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') give({ type, object });
    else if (type === 'BOOKMARK') {
      give({ type, resourceVersion: object.metadata.resourceVersion ?? from.resourceVersion });
    } else if (type === 'ERROR') {
      const status = (object as unknown as ApiStatus).code ?? 500;
      const refusal = { status, body: JSON.stringify(object), retryAfter: undefined };
      throw refused(context, refusal, { secrets: [], sent: false });
    } else throw new Error(`the watch has an event of unknown type ${JSON.stringify(type)}`);
  };
  const answer = await session.open({ method: 'GET', path, patient: true }, signal);
  give({ type: 'OPENED' });
  const lines = readLines(take, lineLimit);
  try {
    await session.read(
      answer,
      (chunk) => {
        lines.push(chunk);
      },
      signal,
    );
  } catch (error) {
    // What the listener threw is no failure of the cluster.
    throw thrown ? thrown.error : error;
  }
  if (lines.rest() > 0) throw unreachable(context, new Error('the watch was cut within a line'));
}
