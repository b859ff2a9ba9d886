import { type Disposable, Uri, workspace } from 'vscode';
import { failureOf } from '../../domain/errors/towlineError.ts';
import { workloadKinds } from '../../domain/workloads/workload.ts';
import type { LogOptions } from '../../engine/workloads/followLogs.ts';
import type { OpenCluster } from '../../engine/workloads/openCluster.ts';
import type { PodSource } from '../../engine/workloads/podSource.ts';
import { schemes } from '../ids.ts';
import { createGrowingFiles } from './createGrowingFiles.ts';
import { createTailText, type TailText } from './tailText.ts';

/** Milliseconds between two drawings of a log that grows. */
const drawPause = 250;
/** Bytes that are kept of a log; the rest is with the cluster. */
const keptBytes = 4_000_000;

/** Which lines of which pods. */
export interface PodLogPlace {
  readonly context: string;
  readonly source: PodSource;
  readonly options: LogOptions;
}

/** Output of containers as read-only documents that are followed while they are open. */
export interface PodLogs extends Disposable {
  open(place: PodLogPlace): Promise<void>;
}

interface OpenLog {
  readonly uri: Uri;
  readonly text: TailText;
  readonly ending: AbortController;
  timer: NodeJS.Timeout | undefined;
}

/** @param connect gives the cluster of a context */
export function createPodLogs(
  connect: (context: string) => Promise<OpenCluster>,
  now: () => number,
): PodLogs {
  const logs = new Map<string, OpenLog>();
  const files = createGrowingFiles({
    scheme: schemes.pods,
    now,
    async open(uri) {
      const place = readPlace(uri);
      if (!place) return undefined;
      const log = { uri, text: createTailText(keptBytes), ending: new AbortController(), timer: undefined };
      logs.set(uri.toString(), log);
      void follow(log, place);
      return log.text;
    },
    closed(uri) {
      end(logs.get(uri.toString()));
      logs.delete(uri.toString());
    },
  });

  function end(log: OpenLog | undefined): void {
    clearTimeout(log?.timer);
    log?.ending.abort(new DOMException('The log was closed', 'AbortError'));
  }

  function write(log: OpenLog, lines: string): void {
    log.text.append(lines);
    log.timer ??= setTimeout(() => {
      log.timer = undefined;
      files.grown(log.uri);
    }, drawPause);
  }

  async function follow(log: OpenLog, { context, source, options }: PodLogPlace): Promise<void> {
    const { signal } = log.ending;
    if (!workspace.isTrusted) {
      write(log, '— This workspace is not trusted: no cluster is asked.\n');
      return;
    }
    try {
      const cluster = await connect(context);
      for await (const lines of cluster.followLogs(source, options, signal)) write(log, lines);
      write(log, '— That is all.\n');
    } catch (error) {
      if (signal.aborted) return;
      const { what, why, next } = failureOf(error);
      write(log, `— ${what}: ${why}\n— ${next}\n`);
    }
  }

  return {
    open: (place) => files.show(addressOf(place)),
    dispose() {
      for (const log of logs.values()) end(log);
      logs.clear();
      files.dispose();
    },
  };
}

function addressOf(place: PodLogPlace): Uri {
  const { context, source, options } = place;
  const { kind, namespace, name } = source;
  const words = [
    kind,
    name,
    ...(options.container === undefined ? [] : [options.container]),
    ...(options.previous ? ['before the restart'] : []),
    ...(options.since === undefined ? [] : ['since', new Date(options.since).toISOString().slice(11, 16)]),
  ];
  const path = ['', context, namespace, `${words.join(' ')}.log`].map((part) => part.replaceAll('/', '∕'));
  return Uri.from({ scheme: schemes.pods, path: path.join('/'), query: JSON.stringify(place) });
}

function readPlace({ query }: Uri): PodLogPlace | undefined {
  try {
    const { context, source, options } = JSON.parse(query) as Partial<PodLogPlace>;
    const kinds = ['Pod', ...workloadKinds] as const;
    const kind = kinds.find((each) => each === source?.kind);
    if (typeof context !== 'string' || kind === undefined || typeof options?.follow !== 'boolean')
      return undefined;
    if (typeof source?.namespace !== 'string' || typeof source.name !== 'string') return undefined;
    return { context, source: { kind, namespace: source.namespace, name: source.name }, options };
  } catch {
    return undefined;
  }
}
