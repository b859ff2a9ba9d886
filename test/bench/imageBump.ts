import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { executeOrThrow } from '../lab/execute.ts';
import type { BenchLab } from './benchLab.ts';
import { generateRepository } from './generateRepository.ts';
import { findHandEditor, type HandEditor } from './handEditor.ts';
import { takeTurns, timeProcess } from './measure.ts';
import { printNotes, printRatio, printTimings } from './report.ts';
import { spreadOf } from './statistics.ts';

const rounds = { runs: 15, warmUps: 2 };
const manifests = 10_000;
const movedLine = '# Moved: ';

/** Where the image is named: in the list of a kustomization, or somewhere among plain manifests. */
type Layout = 'kustomization' | 'plain';

const editedFile = {
  kustomization: 'overlays/dev/kustomization.yaml',
  plain: 'apps/app-0042/deployment.yaml',
} as const satisfies Record<Layout, string>;
const environmentFolder = { kustomization: 'overlays/dev', plain: 'apps' } as const satisfies Record<
  Layout,
  string
>;

export async function run(lab: BenchLab): Promise<void> {
  const { editor, missing } = await findHandEditor();
  if (missing.length > 0) printNotes([`not installed here: ${missing.join(', ')}`]);
  await runLayout(lab, 'kustomization', editor);
  await runLayout(lab, 'plain', {
    version: 'grep and sed',
    edit: (image) => `grep -rlF ${image}: . | xargs sed -i "s#${image}:.*#${image}:$tag@$digest#"`,
  });
}

async function runLayout(lab: BenchLab, layout: Layout, editor: HandEditor): Promise<void> {
  const image = `${lab.registry.host}/${layout}/app`;
  const ours = join(lab.folder, `${layout}-towline`);
  const theirs = join(lab.folder, `${layout}-hand`);
  for (const folder of [ours, theirs])
    await generateRepository(folder, manifestFiles(layout, image), { remote: true });
  const folder = await makeService(lab, layout, ours);
  const common = {
    folder,
    environment: lab.environment,
    words: [lab.towline, 'run', '--env', 'dev', '--yes'],
  } as const;
  await timeProcess(common);

  const script = [
    'set -e',
    'export tag=main-$$ digest=sha256:$(printf %064d $$)',
    'git fetch --quiet origin main',
    'git reset --quiet --hard origin/main',
    `cd ${environmentFolder[layout]}`,
    editor.edit(image),
    'git add .',
    'git commit --quiet --message="chore(dev): update app"',
    'git push --quiet --force-with-lease origin HEAD:hand/dev/app',
  ];
  const file = join(lab.folder, `${layout}.sh`);
  await writeFile(file, `${script.join('\n')}\n`);
  await executeOrThrow('git', ['switch', '--quiet', '--create', 'hand/dev/app'], { cwd: theirs });
  const timings = await takeTurns(
    [
      {
        ...common,
        name: `Towline, ${layout} layout, base moved`,
        shown: 'towline run --env dev --yes',
        prepare: (round) => moveBase(ours, layout, round),
        check: (output) => {
          if (!output.includes('app propose passed')) throw new Error(`nothing was proposed:\n${output}`);
        },
      },
      {
        name: `by hand with ${editor.version}`,
        shown: `sh ${layout}.sh (below)`,
        words: ['sh', file],
        folder: theirs,
        prepare: (round) => moveBase(theirs, layout, round),
      },
      { ...common, name: 'Towline, nothing changed', shown: 'towline run --env dev --yes' },
    ],
    rounds,
  );
  printTimings(timings, rounds);
  const [bump, hand, nothing] = timings;
  if (!bump || !hand || !nothing) return;
  printRatio(bump, hand, 1);
  const added = spreadOf(bump.seconds).median - spreadOf(nothing.seconds).median;
  printNotes([
    `of A, ${added.toFixed(3)} s are the proposal; the rest (C) are the checks of test, build and push that it makes as well`,
    'By hand is this script; before A and B another commit moves the base branch, so that both make a new commit:',
    ...script.map((line) => `  | ${line}`),
  ]);
}

/** A service whose image never changes, with its manifests in another repository. */
async function makeService(lab: BenchLab, layout: Layout, manifestRepository: string): Promise<string> {
  const folder = join(lab.folder, `${layout}-service`);
  const configuration = [
    `registry: ${lab.registry.host}/${layout}`,
    'services:',
    '  app: {path: ., image: app, tests: none}',
    'environments:',
    `  dev: {path: ${environmentFolder[layout]}, repository: ${JSON.stringify(manifestRepository)}}`,
  ];
  await generateRepository(
    folder,
    [
      ['Dockerfile', 'FROM scratch\nCOPY main.txt /\n'],
      ['.dockerignore', '*\n!main.txt\n'],
      ['main.txt', `${layout}\n`],
      ['towline.yaml', `${configuration.join('\n')}\n`],
    ],
    { remote: true },
  );
  return folder;
}

/** Somebody else's commit on the base branch, in the very file that a proposal edits. */
async function moveBase(clone: string, layout: Layout, round: number): Promise<void> {
  const other = `${clone}-other`;
  const git = (...args: string[]) => executeOrThrow('git', args, { cwd: other });
  if (round === 0) {
    await executeOrThrow('git', ['clone', '--quiet', `${clone}.git`, other]);
    await git('config', 'user.name', 'Other');
    await git('config', 'user.email', 'other@towline.invalid');
    await git('config', 'commit.gpgSign', 'false');
  }
  const file = join(other, editedFile[layout]);
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => !line.startsWith(movedLine));
  await writeFile(file, [`${movedLine}${round}`, ...lines].join('\n'));
  await git('commit', '--quiet', '--all', '--no-verify', `--message=Move ${round}`);
  await git('push', '--quiet', '--no-verify', 'origin', 'main');
}

function* manifestFiles(layout: Layout, image: string): Generator<readonly [string, string]> {
  for (let index = 0; index < manifests / 2; index += 1) {
    const name = `app-${String(index).padStart(4, '0')}`;
    const named = index === 42 ? `${image}:main-1` : `registry.example/shop/${name}:1.${index}.0`;
    yield [`apps/${name}/deployment.yaml`, deployment(name, named)];
    yield [`apps/${name}/service.yaml`, service(name)];
  }
  if (layout === 'plain') return;
  const chosen = 'apps/app-0042';
  yield [`${chosen}/kustomization.yaml`, 'resources:\n  - deployment.yaml\n  - service.yaml\n'];
  yield [
    editedFile.kustomization,
    `resources:\n  - ../../${chosen}\nimages:\n  - name: ${image}\n    newTag: main-1\n    digest: sha256:${'0'.repeat(64)}\n`,
  ];
}

function deployment(name: string, image: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 2
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
        - name: app
          image: ${image}
          ports: [{containerPort: 8080}]
          resources: {requests: {cpu: 10m, memory: 32Mi}}
`;
}

function service(name: string): string {
  return `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  selector: {app: ${name}}\n  ports: [{port: 80, targetPort: 8080}]\n`;
}
