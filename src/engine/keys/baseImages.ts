import type { ContainerEngine } from '../ports/containerEngine.ts';
import type { RecordStore } from '../ports/journalStore.ts';

interface Remembered {
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface BaseImages {
  /**
   * What a base image's name means now: its digest, or `absent` where the engine does not have it and no
   * registry gives it. A name with a digest means that digest for ever.
   */
  identify(reference: string, platform: string | undefined, signal: AbortSignal): Promise<string>;
  /** Forgets what floating names meant, because a build may have pulled. */
  forget(references: readonly string[]): void;
  save(): Promise<void>;
}

/**
 * A floating name (`node:24-slim`) can mean another image every hour. Its digest is asked once and then taken
 * as fresh for `maxAge` milliseconds (`runs.baseImageMaxAge`, one hour unless set). The engine's own copy is
 * asked first, because that is the one a build uses; the registry where the engine has none.
 */
export function createBaseImages(
  ports: {
    readonly containers: ContainerEngine;
    readonly records: RecordStore;
    readonly findDigest: (reference: string, signal: AbortSignal) => Promise<string | undefined>;
  },
  maxAge: number,
  now: () => number,
): BaseImages {
  let remembered: Map<string, Remembered> | undefined;
  let learnt = false;

  async function ask(reference: string, signal: AbortSignal): Promise<string> {
    const local = await ports.containers.inspectImage(reference, signal);
    if (local) return local.repositoryDigests[0]?.split('@')[1] ?? local.id;
    try {
      return (await ports.findDigest(reference, signal)) ?? 'absent';
    } catch {
      // The build finds out with the engine's own means, and says why when it fails too.
      signal.throwIfAborted();
      return 'absent';
    }
  }

  return {
    async identify(reference, platform, signal) {
      const pinned = /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
      if (pinned) return pinned;
      remembered ??= parse(ports.records.read('base-images'));
      const name = platform ? `${reference} ${platform}` : reference;
      const known = remembered.get(name);
      if (known && now() - known.at < maxAge) return known.digest;
      const digest = await ask(reference, signal);
      if (digest !== 'absent') {
        remembered.set(name, { digest, at: now() });
        learnt = true;
      }
      return digest;
    },
    forget(references) {
      for (const name of [...(remembered?.keys() ?? [])]) {
        if (references.some((reference) => name === reference || name.startsWith(`${reference} `)))
          remembered?.delete(name);
      }
    },
    async save() {
      if (!learnt || !remembered) return;
      learnt = false;
      await ports.records.write('base-images', JSON.stringify([...remembered]));
    },
  };
}

function parse(text: string | undefined): Map<string, Remembered> {
  if (!text) return new Map();
  try {
    return new Map(JSON.parse(text) as [string, Remembered][]);
  } catch {
    return new Map();
  }
}
