import { homedir } from 'node:os';
import { join } from 'node:path';
import { watchFolder } from '../adapters/chokidar/watchFolder.ts';
import { createContainerEngine } from '../adapters/docker/createContainerEngine.ts';
import { createCredentials } from '../adapters/docker/createCredentials.ts';
import { createRepositories } from '../adapters/git/createRepositories.ts';
import { createClusters } from '../adapters/kubernetes/createClusters.ts';
import { createFiles } from '../adapters/node/nodeFiles.ts';
import { createProcesses } from '../adapters/node/nodeProcesses.ts';
import { createStores } from '../adapters/node/nodeStores.ts';
import { createSystemClock } from '../adapters/node/systemClock.ts';
import { createRegistry } from '../adapters/registry/createRegistry.ts';
import type { Consent } from '../engine/ports/consent.ts';
import type { HostFacts, Ports } from '../engine/ports/ports.ts';
import { version } from './version.ts';

/** The command line's composition root: the real parts, for this user on this machine. */
export function composePorts(environment: NodeJS.ProcessEnv, consent: Consent): Ports {
  const processes = createProcesses({ environment });
  const place = { environment, homeFolder: homedir() };
  const stores = createStores({ watchFolder });
  return {
    clock: createSystemClock(),
    clusters: createClusters({ ...place, processes }),
    consent,
    containers: createContainerEngine({ ...place, platform: process.platform, processes }),
    credentials: createCredentials(place),
    files: createFiles(),
    processes,
    registry: createRegistry(),
    repositories: createRepositories({ environment, openRecords: stores.openRecords }),
    stores,
  };
}

export function hostFacts(environment: NodeJS.ProcessEnv): HostFacts {
  return {
    host: 'cli',
    version,
    platform: `${process.platform}/${process.arch}`,
    dataFolder: environment.TOWLINE_DATA ?? defaultDataFolder(environment),
  };
}

/** The platform's own place for a program's data. */
function defaultDataFolder(environment: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32')
    return join(environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'towline');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'towline');
  return join(environment.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'towline');
}
