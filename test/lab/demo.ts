import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBaseImages } from './baseImages.ts';
import { exists } from './debianPackages.ts';
import { readProposals } from './demoReport.ts';
import { type DemoShop, demoFolder, openDemoShop } from './demoShop.ts';
import { openInEditor } from './editorDemo.ts';
import { ensureEngine } from './engine.ts';
import { runVisibly } from './execute.ts';
import { ensurePython } from './python.ts';
import { ensureRegistryProgram } from './registry.ts';

/**
 * `npm run demo`: Towline's main job on a throw-away copy of the sample.
 *
 *   --fresh   start over with a new copy
 *   --clean   remove the copy, and do nothing else
 *   --editor  open the copy in VS Code with Towline in it, and run nothing
 *   --cluster go on to a cluster: merge the proposals, let the agent pull them, and follow the commit to its pods
 */
const root = join(import.meta.dirname, '../..');
const cli = join(root, 'dist/cli/towline.js');
const environment = 'dev';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      fresh: { type: 'boolean', default: false },
      clean: { type: 'boolean', default: false },
      editor: { type: 'boolean', default: false },
      cluster: { type: 'boolean', default: false },
    },
  });
  // Ctrl+C reaches the run as well, which then cancels its steps; this process waits for it.
  process.on('SIGINT', () => {});
  if (values.clean) return await cleanUp();

  // Asking for the demo is asking for what it needs: no --yes here, but it says what it does.
  const options = { install: true, say };
  const engine = await ensureEngine(options);
  say(`Docker engine ${engine.version}`);
  await ensureRegistryProgram(options);
  await ensurePython(options);
  const images = await ensureBaseImages(say);
  const shop = await openDemoShop(join(root, 'media/sample'), demoFolder(), images, {
    fresh: values.fresh,
    choosePort,
  });
  say(`${shop.reused ? 'Going on with' : 'Made'} ${shop.repository}, with the Git remote ${shop.remote}`);

  if (values.editor) return await openInEditor(shop, root, say);

  if (values.cluster) {
    const { goToCluster } = await import('./clusterDemo.ts');
    return await goToCluster({ shop, cli, say, printReport });
  }
  const args = ['run', '--env', environment, '--yes'];
  console.log(`\n$ towline ${args.join(' ')}\n`);
  const code = await runVisibly(process.execPath, [cli, ...args], { cwd: shop.repository });
  await printReport(shop);
  console.log(howToGoOn(shop));
  return code;
}

async function printReport({ remote }: DemoShop): Promise<void> {
  const proposals = await readProposals(remote, process.stdout.isTTY ?? false);
  if (proposals.length === 0) console.log('\nThe remote has no proposal.');
  for (const { branch, commit, diff, strayLines, digests } of proposals) {
    console.log(`\nBranch ${branch} (${commit}) on the remote, compared with main:\n`);
    console.log(diff.trimEnd());
    for (const digest of digests) console.log(`\nImage digest: ${digest}`);
    if (strayLines.length === 0) continue;
    console.error(`\nLines that are not image lines have changed:\n${strayLines.join('\n')}`);
    process.exitCode = 1;
  }
}

function howToGoOn({ repository, port }: DemoShop): string {
  return [
    '',
    'What now:',
    '  npm run demo             again: nothing is repeated, and it says why',
    `  cd ${repository}`,
    // The system's own Node may be too old.
    `  ${process.execPath} ${cli} status`,
    '  a new image              rename a product in services/api/src/products.js, commit, and run the demo again',
    '  a red test               the places marked TRY IT, e.g. in services/api/src/cart.js',
    `  the registry             http://localhost:${port}/v2/_catalog`,
    '  npm run demo -- --editor the same in VS Code',
    '  npm run demo -- --cluster merge it, and follow it to pods that answer (on Debian as root)',
    '  npm run demo -- --fresh  start over',
    '  npm run demo -- --clean  remove the copy and its remote',
  ].join('\n');
}

async function cleanUp(): Promise<number> {
  const folder = demoFolder();
  if (!(await exists(folder))) say('There is nothing to remove.');
  await rm(folder, { recursive: true, force: true });
  say(
    `Removed ${folder}. The Docker engine, its images, installed packages and the local registry stay (\`towline registry remove\`, if Towline started it).`,
  );
  return 0;
}

/**
 * The port itself where it is free or a registry answers there (Towline's own, from the last demo), else a
 * free one.
 */
async function choosePort(preferred: number): Promise<number> {
  if (!(await isTaken(preferred))) return preferred;
  const answer = await fetch(`http://127.0.0.1:${preferred}/v2/`, {
    signal: AbortSignal.timeout(3000),
  }).catch(() => undefined);
  if (answer?.status === 200) return preferred;
  const free = await findFreePort();
  say(`Port ${preferred} is taken by something that is no registry; using ${free}`);
  return free;
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
}

function say(line: string): void {
  console.log(`demo: ${line}`);
}

const code = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
process.exitCode ||= code;
