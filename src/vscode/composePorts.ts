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
import { configSchema } from '../domain/config/configSchema.ts';
import { readConfig } from '../domain/config/readConfig.ts';
import type { Problem } from '../domain/errors/problem.ts';
import { createEngine, type Engine } from '../engine/createEngine.ts';
import type { Consent } from '../engine/ports/consent.ts';
import type { ConfigLanguage } from './host/configLanguage.ts';

/** The language service of towline.yaml. Nothing of it is loaded before this is called. */
export async function composeConfigLanguage(): Promise<ConfigLanguage> {
  const { createSchemaLanguage } = await import('../adapters/yamlLanguage/createSchemaLanguage.ts');
  return createSchemaLanguage(configSchema);
}

/** What is wrong in a towline.yaml: the same words as everywhere. */
export function findConfigProblems(text: string, file: string): readonly Problem[] {
  return readConfig(text, file).problems;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The editor's engine over the real parts, for this user on the machine the extension host runs on. */
export function composeEngine(inherited: Environment, version: string, consent: Consent): Engine {
  const environment = withoutEditor(inherited);
  const processes = createProcesses({ environment });
  const place = { environment, homeFolder: homedir() };
  const stores = createStores({ watchFolder });
  const ports = {
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
  return createEngine(ports, {
    host: 'editor',
    version,
    platform: `${process.platform}/${process.arch}`,
    dataFolder: environment.TOWLINE_DATA ?? defaultDataFolder(environment),
  });
}

/** What the editor sets for its own processes would change how the user's programs behave. */
function withoutEditor(inherited: Environment): Environment {
  return Object.fromEntries(
    Object.entries(inherited).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name)),
  );
}

/** The platform's own place for a program's data; the command line has the same, so that both share one registry. */
function defaultDataFolder(environment: Environment): string {
  if (process.platform === 'win32')
    return join(environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'towline');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'towline');
  return join(environment.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'towline');
}
