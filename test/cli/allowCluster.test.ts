import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertExit, type CliPlace, towline } from '../support/cliProcess.ts';
import { patience } from '../support/patience.ts';
import { useTemporaryFolder } from '../support/temporaryFolder.ts';

const authority = Buffer.from('-----BEGIN CERTIFICATE-----\n').toString('base64');

describe('towline cluster allow and forbid', function () {
  this.timeout(30_000 * patience);
  const folder = useTemporaryFolder();

  function start(): CliPlace & { readonly file: string } {
    const kubeconfig = join(folder(), 'kubeconfig');
    const cluster = (name: string, fields: object) => ({ name, cluster: fields });
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        'current-context': 'prod',
        clusters: [
          cluster('lab', { server: 'https://127.0.0.1:6443', 'certificate-authority-data': authority }),
          cluster('open', { server: 'https://127.0.0.1:6443', 'insecure-skip-tls-verify': true }),
        ],
        contexts: ['lab', 'open'].map((name) => ({ name, context: { cluster: name, user: '' } })),
      }),
    );
    const environment = {
      PATH: process.env.PATH ?? '',
      HOME: folder(),
      KUBECONFIG: kubeconfig,
      TOWLINE_DATA: join(folder(), 'data'),
    };
    return { folder: folder(), environment, file: join(folder(), 'data', 'local-clusters.yaml') };
  }

  it('says what it means, and writes nothing before it is answered', async () => {
    const place = start();
    const asked = await towline(place, 'cluster', 'allow', 'lab');
    assertExit(asked, 1);
    assert.match(asked.stderr, /Towline may then write to https:\/\/127\.0\.0\.1:6443/);
    assert.match(asked.stderr, /Nothing proves that this cluster is on this machine/);
    assert.match(asked.stderr, /A question needs an answer/);
    assert.equal(existsSync(place.file), false);
  });

  it('writes one file, once, and takes it back', async () => {
    const place = start();
    assertExit(await towline(place, 'cluster', 'allow', 'lab', '--yes'), 0);
    const text = readFileSync(place.file, 'utf8');
    assert.match(text, /- server: "https:\/\/127\.0\.0\.1:6443"\n {4}authority: "[0-9a-f]{64}"\n/);
    const again = await towline(place, 'cluster', 'allow', 'lab', '--yes');
    assertExit(again, 0);
    assert.match(again.stdout, /allowed already/);
    assert.equal(readFileSync(place.file, 'utf8'), text);
    const forbidden = await towline(place, 'cluster', 'forbid', 'lab');
    assertExit(forbidden, 0);
    assert.match(forbidden.stdout, /forbidden: https:\/\/127\.0\.0\.1:6443 \(allowed as lab\)/);
    assert.match(readFileSync(place.file, 'utf8'), /clusters: \[\]/);
    assert.match((await towline(place, 'cluster', 'forbid', 'lab')).stdout, /nothing to take out/);
  });

  it('refuses a context that is not there, and one that nothing tells from another', async () => {
    const place = start();
    const unknown = await towline(place, 'cluster', 'allow', 'nowhere', '--yes');
    assertExit(unknown, 2);
    const open = await towline(place, 'cluster', 'allow', 'open', '--yes');
    assertExit(open, 1);
    assert.match(open.stderr, /does not check the certificate of its server/);
    assert.equal(existsSync(place.file), false);
  });

  it('names the place in a file that it cannot read', async () => {
    const place = start();
    assertExit(await towline(place, 'cluster', 'allow', 'lab', '--yes'), 0);
    writeFileSync(place.file, 'clusters:\n  - anything\n');
    const broken = await towline(place, 'cluster', 'allow', 'lab', '--yes');
    assertExit(broken, 1);
    assert.match(broken.stderr, /local-clusters\.yaml:2:5: clusters\[0\] must be a mapping/);
  });
});
