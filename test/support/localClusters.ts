import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { optInFileName, writeOptIns } from '../../src/domain/locality/optIns.ts';
import type { Clusters } from '../../src/engine/ports/clusters.ts';

/**
 * Declares contexts local in the data folder that a test's engine is given (`TOWLINE_DATA` of a command): the lab's
 * cluster counts as local only by this.
 */
export function allowContexts(dataFolder: string, clusters: Clusters, ...names: readonly string[]): string {
  const { contexts } = clusters.readContexts();
  const optIns = names.map((name) => {
    const found = contexts.find((context) => context.name === name);
    if (found?.authority === undefined)
      throw new Error(`context ${name} names no authority, or is not there`);
    return { server: found.server, authority: found.authority, context: name };
  });
  mkdirSync(dataFolder, { recursive: true });
  const file = join(dataFolder, optInFileName);
  writeFileSync(file, writeOptIns(optIns));
  return file;
}
