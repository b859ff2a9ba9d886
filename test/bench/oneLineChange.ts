import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { executeOrThrow } from '../lab/execute.ts';
import type { BenchLab } from './benchLab.ts';
import { changeLine } from './changeLine.ts';
import { findHandDocker, findOlderClient, type HandDocker } from './handDocker.ts';
import { type Contestant, takeTurns, timeProcess } from './measure.ts';
import { printNotes, printRatio, printTimings } from './report.ts';

const rounds = { runs: 15, warmUps: 2 };

export async function run(lab: BenchLab): Promise<void> {
  const docker = await findHandDocker();
  const other = await findOlderClient();
  const older = other?.build === docker.build ? undefined : other;
  const hands = [
    await prepareHand(lab, docker, 'by-hand', 'npm test'),
    await prepareHand(lab, docker, 'by-hand-node', 'node --test'),
    ...(older ? [await prepareHand(lab, older, 'by-hand-older', 'npm test')] : []),
  ];
  const contestants = [await prepareTowline(lab), ...hands.map(({ contestant }) => contestant)];
  const timings = await takeTurns(contestants, rounds);
  printTimings(timings, rounds);
  const [a, b, c, d] = timings;
  if (!a || !b || !c) return;
  printRatio(a, b, 1.15);
  printRatio(a, c, undefined, 'A/C');
  if (d) printRatio(a, d, undefined, 'A/D');
  printNotes([
    `B is this script, with ${docker.version}; the line is changed and committed before any of them starts.`,
    ...(hands[0]?.script ?? []).map((line) => `  | ${line}`),
    'C is the same without npm between the shell and the tests.',
    ...(older ? [`D is B with ${older.version}, whose client builds by itself: ${older.build}.`] : []),
    'Towline also keys every file, asks the registry for the digest again, reads the manifests back and keeps a journal.',
  ]);
}

async function prepareTowline(lab: BenchLab): Promise<Contestant> {
  const { repository } = await lab.openShop('one-line');
  const words = [lab.towline, 'run', 'api', '--env', 'dev', '--yes'] as const;
  const { environment } = lab;
  await timeProcess({ words, folder: repository, environment });
  return {
    name: 'Towline',
    shown: 'towline run api --env dev --yes',
    words,
    folder: repository,
    environment,
    prepare: (round) => changeLine(repository, `towline ${round}`),
    check: (output) => {
      for (const step of ['test', 'build', 'push', 'propose'])
        if (!output.includes(`api ${step} passed`)) throw new Error(`api ${step} did not run:\n${output}`);
    },
  };
}

async function prepareHand(
  lab: BenchLab,
  docker: HandDocker,
  name: string,
  tests: string,
): Promise<{ readonly contestant: Contestant; readonly script: readonly string[] }> {
  const { repository, folder } = await lab.openShop(name);
  const image = `${lab.registry.host}/${name}`;
  const base = `${docker.build} --tag ${image}/runtime --build-arg NODE_IMAGE=${lab.images.node} services/runtime`;
  const { environment } = docker;
  await timeProcess({ words: ['sh', '-c', base], folder: repository, environment });
  await executeOrThrow('git', ['worktree', 'add', '--quiet', '-b', 'hand/dev/api', '../deploy'], {
    cwd: repository,
  });
  const script = [
    'set -e',
    `(cd services/api && ${tests})`,
    `image=${image}/api:main-$(git rev-parse --short HEAD)`,
    `${docker.build} --tag $image --build-arg RUNTIME_IMAGE=${image}/runtime services/api`,
    `${docker.program} push $image`,
    `digest=$(${docker.program} image inspect --format '{{index .RepoDigests 0}}' $image)`,
    'cd ../deploy',
    'git fetch --quiet origin main',
    'git reset --quiet --hard origin/main',
    `sed -i "/shop\\/api$/{n;s/newTag:.*/newTag: \${image##*:}\\n    digest: \${digest#*@}/}" deploy/overlays/dev/kustomization.yaml`,
    'git commit --quiet --all --message="chore(dev): update api"',
    'git push --quiet --force-with-lease origin hand/dev/api',
  ];
  const file = join(folder, `${name}.sh`);
  await writeFile(file, `${script.join('\n')}\n`);
  const contestant = {
    name: `by hand, ${tests}, ${docker.build}`,
    shown: `sh ${name}.sh (below)`,
    words: ['sh', file] as const,
    folder: repository,
    environment,
    prepare: (round: number) => changeLine(repository, `${name} ${round}`),
  };
  return { contestant, script };
}
