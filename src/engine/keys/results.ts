import type { KeyInputs } from '../../domain/keys/keyInputs.ts';
import type { StepName } from '../../domain/runs/stepName.ts';
import type { StepOutput } from '../../domain/runs/stepOutput.ts';
import type { RecordStore } from '../ports/journalStore.ts';
import { recordPart } from './recordPart.ts';

/** A complete green result. */
export interface StoredResult {
  readonly version: 2;
  readonly key: string;
  readonly service: string;
  readonly run: number;
  readonly output: StepOutput;
}

/**
 * Results by content key, as one run sees them. The one that each service and step used last is also kept by name: it
 * is what most runs find. Its inputs lie beside it, as many as there are files, and are read to tell why something runs
 * again.
 */
export interface Results {
  latest(step: StepName, service: string): StoredResult | undefined;
  find(step: StepName, service: string, key: string): StoredResult | undefined;
  /** What the latest result depended on; undefined where that was not kept. */
  inputsOf(step: StepName, latest: StoredResult): KeyInputs | undefined;
  store(step: StepName, result: StoredResult, inputs: KeyInputs): Promise<void>;
  /** Makes a result that was found the latest, when it is not: what came between is no longer what a change is seen from. */
  reuse(step: StepName, result: StoredResult, readInputs: () => Promise<KeyInputs>): Promise<void>;
}

/** Older results kept per step, beyond the newest of each service. */
const keptPerStep = 500;

interface StoredInputs {
  /** Of the result that depended on them. */
  readonly key: string;
  readonly inputs: KeyInputs;
}

export function createResults(records: RecordStore): Results {
  const latestName = (step: StepName, service: string): string => `latest/${step}/${recordPart(service)}`;
  const inputsName = (step: StepName, service: string): string => `inputs/${step}/${recordPart(service)}`;
  const keyName = (step: StepName, key: string): string => `results/${step}/${key}`;
  /** By record. Where another run has written one since, its result is still found by its key. */
  const seen = new Map<string, StoredResult | undefined>();

  function latest(step: StepName, service: string): StoredResult | undefined {
    const name = latestName(step, service);
    const found = parse(records.read(name));
    seen.set(name, found);
    return found;
  }

  function seenLatest(step: StepName, service: string): StoredResult | undefined {
    const name = latestName(step, service);
    return seen.has(name) ? seen.get(name) : latest(step, service);
  }

  /** The inputs first: a result never stands beside those of the one before it for longer than this takes. */
  async function makeLatest(step: StepName, result: StoredResult, inputs: KeyInputs): Promise<void> {
    const { key, service } = result;
    await records.write(inputsName(step, service), JSON.stringify({ key, inputs } satisfies StoredInputs));
    await records.write(latestName(step, service), JSON.stringify(result));
    seen.set(latestName(step, service), result);
  }

  return {
    latest,
    find(step, service, key) {
      const last = seenLatest(step, service);
      if (last?.key === key) return last;
      const older = parse(records.read(keyName(step, key)));
      return older?.service === service && older.key === key ? older : undefined;
    },
    inputsOf(step, { key, service }) {
      const stored = parseAs<StoredInputs>(records.read(inputsName(step, service)));
      return stored?.key === key ? stored.inputs : undefined;
    },
    async store(step, result, inputs) {
      await Promise.all([
        records.write(keyName(step, result.key), JSON.stringify(result)),
        makeLatest(step, result, inputs),
      ]);
    },
    async reuse(step, result, readInputs) {
      if (seenLatest(step, result.service)?.key !== result.key)
        await makeLatest(step, result, await readInputs());
    },
  };
}

/** Keeps the store bounded: results are dropped oldest run first. */
export async function pruneResults(records: RecordStore, step: StepName): Promise<void> {
  const names = records.list(`results/${step}`);
  if (names.length <= keptPerStep) return;
  const byRun = names
    .map((name) => ({ name, run: parse(records.read(name))?.run ?? 0 }))
    .sort((a, b) => a.run - b.run);
  for (const { name } of byRun.slice(0, names.length - keptPerStep)) await records.remove(name);
}

/** A record from a version that wrote it otherwise is as good as none. */
function parse(text: string | undefined): StoredResult | undefined {
  const value = parseAs<StoredResult>(text);
  return value?.version === 2 ? value : undefined;
}

function parseAs<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return (JSON.parse(text) as T | null) ?? undefined;
  } catch {
    return undefined;
  }
}
