import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useCluster } from '../lab/cluster.ts';
import { commitAndPush, removeShopFrom, sendShopTo } from '../lab/clusterShop.ts';
import type { DemoShop } from '../lab/demoShop.ts';
import { executeOrThrow } from '../lab/execute.ts';
import type { BenchLab } from './benchLab.ts';
import { changeLine } from './changeLine.ts';
import { findHandDocker, type HandDocker } from './handDocker.ts';
import { type Contestant, takeTurns, timeProcess } from './measure.ts';
import { printNotes, printRatio, printTimings } from './report.ts';

const rounds = { runs: 5, warmUps: 1 };
const namespaces = { towline: 'towline-bench', hand: 'towline-bench-hand' } as const;

export async function run(lab: BenchLab): Promise<void> {
  const docker = await findHandDocker();
  const cluster = await useCluster({ install: true, say: (line) => console.log(`bench: ${line}`) });
  const environment = { ...lab.environment, ...docker.environment, KUBECONFIG: cluster.kubeconfig };
  const context = (
    await executeOrThrow('kubectl', ['config', 'current-context'], {
      env: { KUBECONFIG: cluster.kubeconfig },
    })
  ).trim();
  const shops: (readonly [DemoShop, string])[] = [];
  const openShop = async (name: string, namespace: string): Promise<DemoShop> => {
    const shop = await lab.openShop(name);
    shops.push([shop, namespace]);
    await sendShopTo(shop, { context, namespace });
    return shop;
  };
  try {
    const towline = await prepareTowline(
      lab,
      await openShop('rolled-out', namespaces.towline),
      environment,
      context,
    );
    const hand = await prepareHand(
      lab,
      await openShop('rolled-out-hand', namespaces.hand),
      docker,
      environment,
    );
    const [a, b] = await takeTurns([towline.contestant, hand.contestant], rounds);
    if (!a || !b) return;
    printTimings([a, b], rounds);
    printRatio(a, b, undefined);
    printNotes([
      'One line of the api is changed and pushed before any of them starts; they end when the new pod is ready and the old gone.',
      'A:',
      ...towline.script.map((line) => `  | ${line}`),
      `B, with ${docker.version}:`,
      ...hand.script.map((line) => `  | ${line}`),
      'A also keys and tests what it builds, reads the manifests back, keeps a journal and an inventory, and proves the cluster local at each write.',
    ]);
  } finally {
    for (const [shop, namespace] of shops)
      await removeShopFrom(cluster.kubeconfig, shop, namespace).catch(() => undefined);
    await cluster.stop();
  }
}

interface Prepared {
  readonly contestant: Contestant;
  readonly script: readonly string[];
}

async function prepareTowline(
  lab: BenchLab,
  shop: DemoShop,
  environment: Readonly<Record<string, string>>,
  context: string,
): Promise<Prepared> {
  const script = [
    'set -e',
    'towline run api --env dev --yes',
    'git fetch --quiet origin',
    'git merge --quiet --no-edit origin/towline/dev/api',
    'git push --quiet origin HEAD:main',
    'towline agent --env dev --once',
  ];
  const file = join(shop.folder, 'rolled-out.sh');
  const { repository: folder } = shop;
  await timeProcess({ words: [lab.towline, 'cluster', 'allow', context, '--yes'], folder, environment });
  await timeProcess({
    words: [lab.towline, 'run', 'runtime', 'pricing', '--env', 'dev', '--yes'],
    folder,
    environment,
  });
  await executeOrThrow('git', ['fetch', '--quiet', 'origin'], { cwd: folder });
  await executeOrThrow('git', ['merge', '--quiet', '--no-edit', 'origin/towline/dev/pricing'], {
    cwd: folder,
  });
  await writeFile(file, `${script.join('\n').replaceAll('towline ', `${lab.towline} `)}\n`);
  return { script, contestant: contestantOf('Towline', 'sh rolled-out.sh (below)', file, shop, environment) };
}

async function prepareHand(
  lab: BenchLab,
  shop: DemoShop,
  docker: HandDocker,
  environment: Readonly<Record<string, string>>,
): Promise<Prepared> {
  const image = `localhost:${shop.port}/shop`;
  const { repository: folder } = shop;
  const overlay = 'deploy/overlays/dev';
  const bases = [
    `${docker.build} --tag ${image}/hand-runtime --build-arg NODE_IMAGE=${lab.images.node} services/runtime`,
    `${docker.build} --tag ${image}/pricing:hand --build-arg PYTHON_IMAGE=${lab.images.python} services/pricing`,
    `${docker.program} push ${image}/pricing:hand`,
    `sed -i "/shop\\/pricing$/{n;s/newTag:.*/newTag: hand/}" ${overlay}/kustomization.yaml`,
    `kubectl create namespace ${namespaces.hand} --dry-run=client -o yaml | kubectl apply -f -`,
  ].join(' && ');
  await timeProcess({ words: ['sh', '-c', bases], folder, environment });
  const script = [
    'set -e',
    '(cd services/api && node --test)',
    'tag=main-$(git rev-parse --short HEAD)',
    `${docker.build} --tag ${image}/api:$tag --build-arg RUNTIME_IMAGE=${image}/hand-runtime services/api`,
    `${docker.program} push ${image}/api:$tag`,
    `sed -i "/shop\\/api$/{n;s/newTag:.*/newTag: $tag/}" ${overlay}/kustomization.yaml`,
    'git commit --quiet --all --message="chore(dev): update api"',
    'git push --quiet origin HEAD:main',
    `kubectl apply -k ${overlay}`,
    `kubectl -n ${namespaces.hand} rollout status deployment/api deployment/pricing --timeout=300s`,
  ];
  const file = join(shop.folder, 'rolled-out-hand.sh');
  await writeFile(file, `${script.join('\n')}\n`);
  const contestant = contestantOf('by hand', 'sh rolled-out-hand.sh (below)', file, shop, environment);
  return { script, contestant };
}

function contestantOf(
  name: string,
  shown: string,
  file: string,
  { repository }: DemoShop,
  environment: Readonly<Record<string, string>>,
): Contestant {
  return {
    name,
    shown,
    words: ['sh', file],
    folder: repository,
    environment,
    async prepare(round) {
      await changeLine(repository, `${name} ${round}`);
      await commitAndPush(repository, 'Change a line');
    },
  };
}
