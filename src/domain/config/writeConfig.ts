import type { Environment } from '../workspace/environment.ts';
import { parentFolder } from '../workspace/repoPath.ts';
import { type BuildPlan, defaultTimeouts, type Service, type TestPlan } from '../workspace/service.ts';
import { defaultSettings, type Workspace } from '../workspace/workspace.ts';
import { formatDuration } from './parseDuration.ts';
import { commentText, writeKey, writeList, writeValue } from './writeYaml.ts';

/**
 * A towline.yaml that says what a workspace says, with what was found in comments. Reading it gives the same
 * workspace again, with or without detection.
 */
export function writeConfig(workspace: Workspace): string {
  const lines = [
    '# What Towline found here. Change what is wrong. A service that this file leaves out is found again at each',
    '# run, and so is every part of one; environments are only those named here, or all found where none is.',
    '# Paths begin at the folder of this file.',
    '',
    ...registryLines(workspace),
    '',
    ...section(
      'services',
      workspace.services.map(serviceLines),
      'No folder with a Dockerfile or Containerfile was found.',
      ['api:', '  path: services/api', '  tests: [npm, test]'],
    ),
    '',
    ...section(
      'environments',
      workspace.environments.map(environmentLines),
      'No folder with Kubernetes manifests was found.',
      ['dev:', '  repository: https://github.com/acme/gitops.git', '  path: overlays/dev'],
    ),
    ...settingsLines(workspace),
  ];
  return `${lines.join('\n')}\n`;
}

function registryLines({ registry, services }: Workspace): readonly string[] {
  if (registry !== undefined)
    return ['# Images are pushed to <registry>/<image>.', `registry: ${writeValue(registry)}`];
  const [named] = services.flatMap(({ manifestRegistry }) => manifestRegistry ?? []);
  const hint = named === undefined ? [] : [`# The manifests name ${commentText(named)}.`];
  return [
    '# Images are pushed to <registry>/<image>. Without a registry, Towline uses a local one.',
    ...hint,
    `# registry: ${commentText(named ?? 'ghcr.io/acme')}`,
  ];
}

function section(
  name: string,
  entries: readonly (readonly string[])[],
  nothing: string,
  example: readonly string[],
): readonly string[] {
  if (entries.length > 0) return [`${name}:`, ...entries.flatMap((entry) => indent(entry))];
  return [`# ${nothing} For example:`, `# ${name}:`, ...example.map((line) => `#   ${line}`)];
}

function serviceLines(service: Service): readonly string[] {
  const { name, folder, language, image, imageBecause, tests, build, dependsOn } = service;
  return [
    `${writeKey(name)}:${comment(language)}`,
    ...indent([
      `path: ${writeValue(folder || '.')}`,
      `image: ${writeValue(image)}${comment(imageBecause)}`,
      ...testLines(tests),
      ...(build === undefined
        ? ['# No Dockerfile was found here, so that it cannot be built.']
        : buildLines(build, folder)),
      ...(dependsOn.length === 0 ? [] : [`dependsOn: ${writeList(dependsOn)}`]),
    ]),
  ];
}

function testLines(tests: TestPlan): readonly string[] {
  if (tests.kind === 'none') return ['tests: none'];
  if (tests.kind === 'unknown') {
    return [
      '# No tests were found, and nothing untested is built: name the command, or say that there are none.',
      '# tests: [make, test]',
      '# tests: none',
    ];
  }
  const { command, inputs, environment, timeout, because } = tests;
  const more = [
    ...(inputs.length === 0 ? [] : [`inputs: ${writeList(inputs.map((input) => input || '.'))}`]),
    ...(environment.length === 0 ? [] : [`environment: ${writeList(environment)}`]),
    ...(timeout === defaultTimeouts.test ? [] : [`timeout: ${formatDuration(timeout)}`]),
  ];
  if (more.length === 0) return [`tests: ${writeList(command)}${comment(because)}`];
  return ['tests:', ...indent([`command: ${writeList(command)}${comment(because)}`, ...more])];
}

function buildLines(build: BuildPlan, folder: string): readonly string[] {
  const { dockerfile, context, target, args, platform, secrets, ssh, contexts, timeout } = build;
  const usual = folder === '' ? 'Dockerfile' : `${folder}/Dockerfile`;
  const lines = [
    ...(dockerfile === usual && context === folder ? [] : [`dockerfile: ${writeValue(dockerfile)}`]),
    ...(context === parentFolder(dockerfile) ? [] : [`context: ${writeValue(context || '.')}`]),
    ...(target === undefined ? [] : [`target: ${writeValue(target)}`]),
    ...mapLines('args', args),
    ...(platform === undefined ? [] : [`platform: ${writeValue(platform)}`]),
    ...(secrets.length === 0 ? [] : ['secrets:']),
    ...secrets.flatMap(({ id, source }) => [
      `  - id: ${writeValue(id)}`,
      'file' in source
        ? `    file: ${writeValue(source.file)}`
        : `    environment: ${writeValue(source.environment)}`,
    ]),
    ...(ssh.length === 0 ? [] : [`ssh: ${writeList(ssh)}`]),
    ...mapLines('contexts', contexts),
    ...(timeout === defaultTimeouts.build ? [] : [`timeout: ${formatDuration(timeout)}`]),
  ];
  // Without detection there is no Dockerfile unless the file names it.
  return lines.length === 0
    ? ['build:', `  dockerfile: ${writeValue(dockerfile)}`]
    : ['build:', ...indent(lines)];
}

function environmentLines(environment: Environment): readonly string[] {
  const { name, repository, branch, path, style, services, allowDirty, group, context } = environment;
  const isElsewhere = repository.kind !== 'same';
  const said = style === 'helm' ? 'a Helm chart, which Towline cannot change yet' : style;
  return [
    `${writeKey(name)}:${comment(said)}`,
    ...indent([
      ...(repository.kind === 'remote' ? [`repository: ${writeValue(repository.url)}`] : []),
      ...(repository.kind === 'local' ? [`repository: ${writeValue(repository.path)}`] : []),
      ...(branch === undefined ? [] : [`branch: ${writeValue(branch)}`]),
      `path: ${writeValue(path || '.')}`,
      ...(isElsewhere && style !== undefined ? [`style: ${style}`] : []),
      ...(services === undefined ? [] : [`services: ${writeList(services)}`]),
      ...(allowDirty ? ['allowDirty: true'] : []),
      ...(group ? ['group: true'] : []),
      ...(context === undefined ? [] : [`context: ${writeValue(context)}`]),
    ]),
  ];
}

function settingsLines({ settings }: Workspace): readonly string[] {
  const { keepRuns, parallel, baseImageMaxAge } = settings;
  const lines = [
    ...(keepRuns === defaultSettings.keepRuns ? [] : [`keep: ${keepRuns}`]),
    ...(parallel === defaultSettings.parallel ? [] : [`parallel: ${parallel}`]),
    ...(baseImageMaxAge === defaultSettings.baseImageMaxAge
      ? []
      : [`baseImageMaxAge: ${formatDuration(baseImageMaxAge)}`]),
  ];
  return lines.length === 0 ? [] : ['', 'runs:', ...indent(lines)];
}

function mapLines(name: string, record: Readonly<Record<string, string>>): readonly string[] {
  const entries = Object.entries(record);
  if (entries.length === 0) return [];
  return [`${name}:`, ...entries.map(([key, value]) => `  ${writeKey(key)}: ${writeValue(value)}`)];
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

function comment(text: string | undefined): string {
  return text === undefined ? '' : ` # ${commentText(text)}`;
}
