import { randomBytes } from 'node:crypto';
import { createShared } from '../../base/shared.ts';
import { parseImageReference } from '../../domain/images/imageReference.ts';
import type { Plan } from '../../domain/plan/planRun.ts';
import type { RunRequest } from '../../domain/runs/runEvent.ts';
import { createBaseImages } from '../keys/baseImages.ts';
import { createFingerprints } from '../keys/fingerprints.ts';
import { createKeptFiles } from '../keys/keptFiles.ts';
import { createResults } from '../keys/results.ts';
import { createTestEnvironments } from '../keys/testEnvironment.ts';
import { createToolVersions } from '../keys/toolVersions.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import type { RecordStore } from '../ports/journalStore.ts';
import type { HostFacts, Ports } from '../ports/ports.ts';
import { createProposals } from '../proposals/proposals.ts';
import { findClusterRegistry } from '../registries/clusterRegistry.ts';
import { createLocalRegistry } from '../registries/localRegistry.ts';
import { createRegistries } from '../registries/registries.ts';
import { createNewestCommits } from '../workspace/newestCommits.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import type { RunScope } from './runScope.ts';

/** The ports, and what says which clusters are local. */
export type RunParts = Ports & { readonly localClusters: LocalClusters };

/** Builds what the steps of one run share; reads nothing but small records until a step asks. */
export async function createRunScope(
  parts: RunParts,
  facts: HostFacts,
  opened: OpenWorkspace,
  plan: Plan,
  dirtyServices: ReadonlySet<string>,
  request: RunRequest,
  run: number,
  signal: AbortSignal,
): Promise<RunScope> {
  const { localClusters, ...ports } = parts;
  const records = ports.stores.openRecords(opened.repository.place.commonFolder);
  const now = (): number => ports.clock.now();
  const { workspace, folder } = opened;
  const maxAge = workspace.settings.baseImageMaxAge * 1000;
  const environment = workspace.environments.find(({ name }) => name === request.environment);
  // Nobody waits for a cluster where the registry is known, or none is named.
  const ofCluster =
    workspace.registry === undefined && environment?.context !== undefined
      ? await findClusterRegistry({ ...ports, localClusters }, environment.context, signal)
      : undefined;
  const registries = createRegistries(
    ports,
    createLocalRegistry(ports, facts.dataFolder),
    workspace.registry,
    ofCluster,
  );
  const proposed = plan
    .filter(({ steps }) => steps.some(({ step }) => step === 'propose'))
    .map(({ service }) => service);
  const secret = await keySecret(records);
  return {
    ports,
    facts,
    run,
    request,
    opened,
    environment,
    dirtyServices,
    records,
    keySecret: secret,
    fingerprints: createFingerprints(folder, ports.files, records, now),
    keptFiles: createKeptFiles(opened, ports.files, records, now),
    tools: createToolVersions({ ...ports, records }, folder, maxAge, now),
    testEnvironment: createTestEnvironments(ports.processes.environment, secret),
    baseImages: createBaseImages(
      {
        containers: ports.containers,
        records,
        findDigest: (reference, signal) => {
          const { repository = reference, tag = 'latest' } = parseImageReference(reference) ?? {};
          return registries.findDigest(repository, tag, signal);
        },
      },
      maxAge,
      now,
    ),
    results: createResults(records),
    registries,
    engine: createShared((asked) => ports.containers.describe(asked)),
    newestCommits: createNewestCommits(opened),
    proposals: environment && createProposals(ports, records, opened, environment, proposed),
  };
}

/** Made once per repository, so that keys of secret values tell nothing outside it. */
async function keySecret(records: RecordStore): Promise<string> {
  const known = records.read('key-secret');
  if (known) return known;
  const made = randomBytes(32).toString('hex');
  await records.write('key-secret', made);
  // Another process may have been first; what the store holds now is what everybody uses.
  return records.read('key-secret') ?? made;
}
