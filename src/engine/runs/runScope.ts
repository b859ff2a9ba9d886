import type { Shared } from '../../base/shared.ts';
import type { RunRequest } from '../../domain/runs/runEvent.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { BaseImages } from '../keys/baseImages.ts';
import type { Fingerprints } from '../keys/fingerprints.ts';
import type { KeptFiles } from '../keys/keptFiles.ts';
import type { Results } from '../keys/results.ts';
import type { TestEnvironment } from '../keys/testEnvironment.ts';
import type { ToolVersions } from '../keys/toolVersions.ts';
import type { EngineDescription } from '../ports/containerEngine.ts';
import type { RecordStore } from '../ports/journalStore.ts';
import type { HostFacts, Ports } from '../ports/ports.ts';
import type { Proposals } from '../proposals/proposals.ts';
import type { Registries } from '../registries/registries.ts';
import type { NewestCommits } from '../workspace/newestCommits.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';

/** What all steps of one run share. */
export interface RunScope {
  readonly ports: Ports;
  readonly facts: HostFacts;
  /** Number of the run. */
  readonly run: number;
  readonly request: RunRequest;
  readonly opened: OpenWorkspace;
  readonly environment: Environment | undefined;
  /** Services with uncommitted changes in what they are built or tested from. */
  readonly dirtyServices: ReadonlySet<string>;
  readonly records: RecordStore;
  /** Random text of this repository that keys values which may be secret. */
  readonly keySecret: string;
  readonly fingerprints: Fingerprints;
  readonly keptFiles: KeptFiles;
  readonly tools: ToolVersions;
  /** What tests that declare these variables may see. */
  readonly testEnvironment: (declared: readonly string[]) => TestEnvironment;
  readonly baseImages: BaseImages;
  readonly results: Results;
  readonly registries: Registries;
  /** Who the container engine is. */
  readonly engine: Shared<EngineDescription>;
  readonly newestCommits: NewestCommits;
  /** Undefined when the run has no environment. */
  readonly proposals: Proposals | undefined;
}
