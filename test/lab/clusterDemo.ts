import { useCluster } from './cluster.ts';
import { mergeProposals, removeShopFrom, sendShopTo } from './clusterShop.ts';
import type { Say } from './debianPackages.ts';
import type { DemoShop } from './demoShop.ts';
import { executeOrThrow, runVisibly } from './execute.ts';

const namespace = 'towline-demo';

export interface ClusterDemo {
  readonly shop: DemoShop;
  /** Towline's bundle. */
  readonly cli: string;
  readonly say: Say;
  printReport(shop: DemoShop): Promise<void>;
}

/**
 * `npm run demo -- --cluster`: from the source to pods that answer. The cluster and what is on it go at the end; the user's
 * own kubeconfig has no part in it.
 */
export async function goToCluster({ shop, cli, say, printReport }: ClusterDemo): Promise<number> {
  say('Starting a cluster; the very first time it is built, which takes minutes');
  const cluster = await useCluster({ install: true, say });
  const env = { KUBECONFIG: cluster.kubeconfig };
  const towline = async (...words: readonly string[]): Promise<number> => {
    console.log(`\n$ towline ${words.join(' ')}\n`);
    return await runVisibly(process.execPath, [cli, ...words], { cwd: shop.repository, env });
  };
  const kubectl = (...args: string[]) => executeOrThrow('kubectl', args, { env });
  const context = (await kubectl('config', 'current-context')).trim();
  try {
    await sendShopTo(shop, { context, namespace });
    // Nothing proves that this one is on this machine, so its user has to say so.
    if ((await towline('cluster', 'allow', context, '--yes')) !== 0) return 1;
    if ((await towline('run', '--env', 'dev', '--yes')) !== 0) return 1;
    await printReport(shop);
    for (const branch of await mergeProposals(shop))
      say(`Merged ${branch}, as a reviewer does with a button`);
    if ((await towline('agent', '--env', 'dev', '--once')) !== 0) return 1;
    await towline('where', '--env', 'dev');
    const port = await kubectl(
      '-n',
      namespace,
      'get',
      'service',
      'api',
      '-o',
      'jsonpath={.spec.ports[0].nodePort}',
    );
    const address = `http://127.0.0.1:${port}/products/mug`;
    console.log(`\n$ curl ${address}\n${(await (await fetch(address)).text()).trim()}\n`);
    return 0;
  } finally {
    await towline('cluster', 'forbid', context);
    await removeShopFrom(cluster.kubeconfig, shop, namespace).catch(() => undefined);
    await cluster.stop();
    say(
      `Ended: what the demo put on the cluster is gone, ${process.env.TOWLINE_LAB_KUBECONFIG ? 'the cluster is as it was' : 'and the cluster with it'}. The same command does it again`,
    );
  }
}
