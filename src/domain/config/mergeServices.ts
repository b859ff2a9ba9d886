import { cleanName } from '../detection/cleanName.ts';
import { planBuild } from '../detection/describeService.ts';
import { parentFolder } from '../workspace/repoPath.ts';
import { type BuildPlan, defaultTimeouts, type Service, type TestPlan } from '../workspace/service.ts';
import type { Config, ConfiguredService } from './config.ts';
import type { ConfigProblem } from './configProblem.ts';
import { notFound } from './notFound.ts';

/** The configured services in the order of the file, then the other found ones. */
export function mergeServices(
  detected: readonly Service[],
  config: Config,
  problems: ConfigProblem[],
): readonly Service[] {
  const renamed = new Map<Service, string>();
  const merged: Service[] = [];
  for (const [name, configured] of config.services) {
    const found = findMeant(
      name,
      configured,
      detected.filter((service) => !renamed.has(service)),
    );
    if (found === undefined && configured.folder === undefined) {
      problems.push(
        notFound(
          'services',
          name,
          detected.map((service) => service.name),
        ),
      );
      continue;
    }
    if (found !== undefined) renamed.set(found, name);
    merged.push(mergeService(name, configured, found));
  }
  const names = new Set(config.services.keys());
  for (const service of detected) {
    if (renamed.has(service)) continue;
    const name = names.has(service.name) ? otherName(service, names) : service.name;
    names.add(name);
    renamed.set(service, name);
    merged.push({ ...service, name });
  }
  const newNames = new Map(Array.from(renamed, ([service, name]) => [service.name, name]));
  return merged.map((service) => ({
    ...service,
    dependsOn: withConfigured(
      service.dependsOn.map((name) => newNames.get(name) ?? name),
      config.services.get(service.name)?.dependsOn ?? [],
    ),
  }));
}

function withConfigured(found: readonly string[], configured: readonly string[]): readonly string[] {
  return [...new Set([...found, ...configured])];
}

function findMeant(
  name: string,
  configured: ConfiguredService,
  found: readonly Service[],
): Service | undefined {
  const { folder, build } = configured;
  if (folder === undefined) return found.find((service) => service.name === name);
  const here = found.filter((service) => service.folder === folder);
  if (build?.dockerfile !== undefined)
    return here.find((service) => service.build?.dockerfile === build.dockerfile);
  return here.find((service) => service.name === name) ?? here[0];
}

/** Another service has its name by towline.yaml, so it is called by its path. */
function otherName({ name, folder }: Service, taken: ReadonlySet<string>): string {
  const byPath = cleanName(folder === '' ? name : folder.replaceAll('/', '-'));
  let other = byPath;
  for (let number = 2; taken.has(other); number++) other = `${byPath}-${number}`;
  return other;
}

function mergeService(name: string, configured: ConfiguredService, found: Service | undefined): Service {
  const { imageBecause, manifestRegistry, ...base } = found ?? emptyService(name, configured.folder ?? '');
  const build = mergeBuild(configured.build, base.build);
  const foundImage = {
    ...(imageBecause === undefined ? {} : { imageBecause }),
    ...(manifestRegistry === undefined ? {} : { manifestRegistry }),
  };
  return {
    ...base,
    name,
    folder: configured.folder ?? base.folder,
    tests: mergeTests(configured.tests, base.tests),
    ...(configured.image === undefined ? foundImage : { image: configured.image }),
    ...(build === undefined ? {} : { build }),
  };
}

function emptyService(name: string, folder: string): Service {
  return { name, folder, tests: { kind: 'unknown' }, image: cleanName(name).toLowerCase(), dependsOn: [] };
}

const because = 'towline.yaml';

function mergeTests(configured: ConfiguredService['tests'], found: TestPlan): TestPlan {
  if (configured === undefined) return found;
  if (configured === 'none') return { kind: 'none', because };
  const { command } = configured;
  if (found.kind !== 'command') {
    if (command === undefined) return found;
    return {
      kind: 'command',
      inputs: [],
      environment: [],
      timeout: defaultTimeouts.test,
      ...configured,
      command,
      because,
    };
  }
  return { ...found, ...configured, ...(command === undefined ? {} : { because }) };
}

function mergeBuild(
  configured: Partial<BuildPlan> | undefined,
  found: BuildPlan | undefined,
): BuildPlan | undefined {
  const dockerfile = configured?.dockerfile ?? found?.dockerfile;
  if (configured === undefined || dockerfile === undefined) return found;
  const base = found?.dockerfile === dockerfile ? found : planBuild(dockerfile, parentFolder(dockerfile));
  return { ...base, ...configured };
}
