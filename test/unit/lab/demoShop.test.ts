import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readProposals } from '../../lab/demoReport.ts';
import { openDemoShop } from '../../lab/demoShop.ts';
import { executeOrThrow } from '../../lab/execute.ts';
import { useTemporaryFolder } from '../../support/temporaryFolder.ts';

const sample = join(import.meta.dirname, '../../../media/sample');
const publicImages = { node: 'node:24-slim', python: 'python:3.13-slim', standIns: false };
const standIns = { node: 'local/node:24', python: 'local/python:3', standIns: true };

describe('the demo', function () {
  this.timeout(30_000);
  const temporaryFolder = useTemporaryFolder();
  const open = (images = publicImages, port = 5001) =>
    openDemoShop(sample, join(temporaryFolder(), 'demo'), images, {
      fresh: false,
      choosePort: async () => port,
    });
  const commit = async (repository: string) =>
    (await executeOrThrow('git', ['rev-parse', 'HEAD'], { cwd: repository })).trim();

  it('copies the sample as it is where its registry and its images can be had', async () => {
    const { repository } = await open();
    const file = 'towline.yaml';
    assert.equal(await readFile(join(repository, file), 'utf8'), await readFile(join(sample, file), 'utf8'));
  });

  it('writes another port and the stand-ins into the copy', async () => {
    const { repository } = await open(standIns, 5999);
    const configuration = await readFile(join(repository, 'towline.yaml'), 'utf8');
    const overlay = await readFile(join(repository, 'deploy/overlays/dev/kustomization.yaml'), 'utf8');
    assert.match(configuration, /registry: localhost:5999/);
    assert.match(configuration, /args:\s+NODE_IMAGE: local\/node:24/);
    assert.match(configuration, /args:\s+PYTHON_IMAGE: local\/python:3/);
    assert.doesNotMatch(overlay, /localhost:5001/);
  });

  it('goes on with an earlier copy and what was changed in it', async () => {
    const first = await open();
    await appendFile(join(first.repository, 'services/api/src/cart.js'), '// mine\n');
    const second = await open(standIns);
    assert.equal(second.reused, true);
    assert.match(await readFile(join(second.repository, 'services/api/src/cart.js'), 'utf8'), /mine/);
  });

  it('starts over where nothing was changed in the copy of another sample', async () => {
    const first = await open();
    const before = await commit(first.repository);
    const second = await open(standIns);
    assert.equal(second.reused, false);
    assert.notEqual(await commit(second.repository), before);
  });

  it('tells image lines from other lines of a proposal', async () => {
    const { repository, remote } = await open();
    const file = join(repository, 'deploy/overlays/dev/kustomization.yaml');
    const digest = `sha256:${'a'.repeat(64)}`;
    const text = await readFile(file, 'utf8');
    await writeFile(
      file,
      text.replace('main-3f9c2d1-1767603600 #', `main-1 #`).replace('shop-dev', 'shop-x'),
    );
    await appendFile(file, `    digest: ${digest}\n`);
    await executeOrThrow('git', ['commit', '--quiet', '--all', '--message=Change'], { cwd: repository });
    await executeOrThrow('git', ['push', '--quiet', remote, 'HEAD:towline/dev/api'], { cwd: repository });

    const [proposal] = await readProposals(remote, false);
    assert.equal(proposal?.branch, 'towline/dev/api');
    assert.deepEqual(proposal.digests, [digest]);
    assert.deepEqual(proposal.strayLines, ['-namespace: shop-dev', '+namespace: shop-x']);
  });
});
