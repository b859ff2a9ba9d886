import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { executeOrThrow } from '../lab/execute.ts';
import type { BenchLab } from './benchLab.ts';
import { changeLine } from './changeLine.ts';
import { findHandDocker, type HandDocker } from './handDocker.ts';
import { type Contestant, takeTurns, timeProcess } from './measure.ts';
import { printNotes, printRatio, printTimings } from './report.ts';

const rounds = { runs: 15, warmUps: 2 };

export async function run(lab: BenchLab): Promise<void> {
  const docker = await findHandDocker();
  const towline = await prepareTowline(lab);
  const byHand = await prepareHand(lab, docker, 'by-hand', 'node --test');
  const withNpm = await prepareHand(lab, docker, 'by-hand-npm', 'npm test');
  const [a, b, c] = await takeTurns([towline, byHand.contestant, withNpm.contestant], rounds);
  if (!a || !b || !c) return;
  printTimings([a, b, c], rounds);
  printRatio(a, b, 1.15);
  printRatio(a, c, undefined, 'A/C');
  printNotes([
    `By hand is this script, with ${docker.version}; the line is changed and committed before any of them starts.`,
    'C tests with `npm test`, the script that package.json names, and is the same otherwise:',
    ...byHand.script.map((line) => `  | ${line}`),
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
  await timeProcess({ words: ['sh', '-c', base], folder: repository });
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
    name: `by hand, ${tests}`,
    shown: `sh ${name}.sh (below)`,
    words: ['sh', file] as const,
    folder: repository,
    prepare: (round: number) => changeLine(repository, `${name} ${round}`),
  };
  return { contestant, script };
}
