import type { KeyInputs } from '../../domain/keys/keyInputs.ts';
import type { StepName } from '../../domain/runs/stepName.ts';
import type { StepOutput } from '../../domain/runs/stepOutput.ts';
import type { RecordStore } from '../ports/journalStore.ts';
import { recordPart } from './recordPart.ts';

/** A complete green result and everything it depended on. */
export interface StoredResult {
  readonly version: 1;
  readonly key: string;
  readonly service: string;
  readonly run: number;
  readonly inputs: KeyInputs;
  readonly output: StepOutput;
}

/**
 * Results by content key. The one that each service and step used last is also kept by name: it is what most runs
 * find, and what "why did this run?" compares with. Push and proposal results belong to a place, named by `scope`.
 */
export interface Results {
  latest(step: StepName, service: string): StoredResult | undefined;
  find(step: StepName, service: string, key: string): StoredResult | undefined;
  store(step: StepName, result: StoredResult): Promise<void>;
  /** Makes a result that was found the latest, when it is not: what came between is no longer what a change is seen from. */
  reuse(step: StepName, result: StoredResult): Promise<void>;
}

/** Older results kept per step, beyond the newest of each service. */
const keptPerStep = 500;

export function createResults(records: RecordStore): Results {
  const latestName = (step: StepName, service: string): string => `latest/${step}/${recordPart(service)}`;
  const keyName = (step: StepName, key: string): string => `results/${step}/${key}`;
  return {
    latest: (step, service) => parse(records.read(latestName(step, service))),
    find(step, service, key) {
      const newest = parse(records.read(latestName(step, service)));
      if (newest?.key === key) return newest;
      const older = parse(records.read(keyName(step, key)));
      return older?.service === service && older.key === key ? older : undefined;
    },
    async store(step, result) {
      const text = JSON.stringify(result);
      await Promise.all([
        records.write(keyName(step, result.key), text),
        records.write(latestName(step, result.service), text),
      ]);
    },
    async reuse(step, result) {
      const name = latestName(step, result.service);
      if (parse(records.read(name))?.key !== result.key) await records.write(name, JSON.stringify(result));
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

function parse(text: string | undefined): StoredResult | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as StoredResult;
    return value.version === 1 ? value : undefined;
  } catch {
    // A record from a version that wrote it otherwise: as good as none.
    return undefined;
  }
}
