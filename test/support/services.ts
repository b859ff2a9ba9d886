import type { Environment } from '../../src/domain/workspace/environment.ts';
import type { BuildPlan, Service } from '../../src/domain/workspace/service.ts';
import { defaultSettings, type Workspace } from '../../src/domain/workspace/workspace.ts';

/** How a service in a folder of its name is built, with what a test says of it. */
export function makeBuild(folder: string, more: Partial<BuildPlan> = {}): BuildPlan {
  return {
    dockerfile: `${folder}/Dockerfile`,
    context: folder,
    args: {},
    secrets: [],
    ssh: [],
    contexts: {},
    timeout: 60,
    ...more,
  };
}

/** A complete service in a folder of its name, with what a test says of it. */
export function makeService(name: string, more: Partial<Service> = {}): Service {
  return {
    name,
    folder: name,
    tests: {
      kind: 'command',
      command: ['check'],
      inputs: [],
      environment: [],
      timeout: 60,
      because: 'a test',
    },
    build: makeBuild(name),
    image: `shop/${name}`,
    dependsOn: [],
    ...more,
  };
}

export function makeEnvironment(name: string, more: Partial<Environment> = {}): Environment {
  return {
    name,
    repository: { kind: 'same' },
    path: `deploy/${name}`,
    style: 'kustomize',
    allowDirty: false,
    group: false,
    ...more,
  };
}

export function makeWorkspace(
  services: readonly Service[],
  environments: readonly Environment[] = [],
): Workspace {
  return { services, environments, settings: defaultSettings, configured: true, problems: [] };
}
