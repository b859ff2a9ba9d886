import type { Clock } from './clock.ts';
import type { Clusters } from './clusters.ts';
import type { Consent } from './consent.ts';
import type { ContainerEngine } from './containerEngine.ts';
import type { Credentials } from './credentials.ts';
import type { Files } from './files.ts';
import type { Stores } from './journalStore.ts';
import type { Processes } from './processes.ts';
import type { Registry } from './registry.ts';
import type { Repositories } from './repositories.ts';

/** Everything the engine reaches the world through. Each use of a heavy one may be its first: they load lazily. */
export interface Ports {
  readonly clock: Clock;
  readonly clusters: Clusters;
  readonly consent: Consent;
  readonly containers: ContainerEngine;
  readonly credentials: Credentials;
  readonly files: Files;
  readonly processes: Processes;
  readonly registry: Registry;
  readonly repositories: Repositories;
  readonly stores: Stores;
}

/** What the host knows of itself. */
export interface HostFacts {
  readonly host: 'cli' | 'editor';
  /** Towline's version. */
  readonly version: string;
  /** `linux`, `darwin`, `win32` and the processor architecture, e.g. `linux/x64`. */
  readonly platform: string;
  /** Where Towline keeps what belongs to the user and not to a repository. */
  readonly dataFolder: string;
}
