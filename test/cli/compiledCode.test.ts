import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { assertExit, towline } from '../support/cliProcess.ts';
import { useTemporaryFolder } from '../support/temporaryFolder.ts';

describe('compiled code', () => {
  const folder = useTemporaryFolder();

  function kept(): readonly string[] {
    return readdirSync(folder(), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.includes('towline-main-'),
    );
  }

  it("is kept in the user's own folder for what can be made again", async () => {
    const place = { folder: folder(), environment: { HOME: folder(), PATH: dirname(process.execPath) } };
    assertExit(await towline(place, '--version'), 0);
    const [path = '', ...others] = kept();
    const own = process.platform === 'darwin' ? 'Library/Caches' : '.cache';
    assert.ok(path.startsWith(join(own, 'towline', 'code')), `it lies in ${path}`);
    assert.deepEqual(others, []);
  });

  it('goes where XDG_CACHE_HOME says on Linux, and where NODE_COMPILE_CACHE says before all', async () => {
    const environment = {
      HOME: folder(),
      PATH: dirname(process.execPath),
      XDG_CACHE_HOME: join(folder(), 'xdg'),
    };
    assertExit(await towline({ folder: folder(), environment }, '--version'), 0);
    const toldNode = { ...environment, NODE_COMPILE_CACHE: join(folder(), 'node') };
    assertExit(await towline({ folder: folder(), environment: toldNode }, '--version'), 0);
    const own = process.platform === 'darwin' ? 'Library' : 'xdg';
    const tops = kept().map((path) => path.split(sep)[0]);
    assert.deepEqual(tops.sort(), [own, 'node'].sort());
  });

  it('is no condition: a command runs where it cannot be kept', async () => {
    const environment = { HOME: '/dev/null', PATH: dirname(process.execPath) };
    assertExit(await towline({ folder: folder(), environment }, '--version'), 0);
  });
});
