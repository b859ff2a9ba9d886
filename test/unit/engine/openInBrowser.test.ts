import assert from 'node:assert/strict';
import { openInBrowser } from '../../../src/engine/openInBrowser.ts';
import { createFakeProcesses } from '../../support/fakeProcesses.ts';

const url = 'http://127.0.0.1:8080';

describe('openInBrowser', () => {
  async function commandsWith(programs: readonly string[], environment: Record<string, string> = {}) {
    const found = new Map(programs.map((name) => [name, { path: `/bin/${name}` }]));
    const processes = { ...createFakeProcesses(found), environment };
    const isOpened = await openInBrowser(processes, url, '/data');
    return isOpened ? processes.commands : undefined;
  }

  it('starts what the desktop has for addresses', async () => {
    assert.deepEqual(await commandsWith(['xdg-open', 'open']), [`/bin/xdg-open ${url}`]);
    assert.deepEqual(await commandsWith(['open']), [`/bin/open ${url}`]);
    assert.deepEqual(await commandsWith(['rundll32']), [`/bin/rundll32 url.dll,FileProtocolHandler ${url}`]);
  });

  it('prefers the browser that the user names, where it is there', async () => {
    assert.deepEqual(await commandsWith(['xdg-open', 'lynx'], { BROWSER: 'lynx' }), [`/bin/lynx ${url}`]);
    assert.deepEqual(await commandsWith(['xdg-open'], { BROWSER: 'lynx' }), [`/bin/xdg-open ${url}`]);
  });

  it('says so where there is nothing', async () => assert.equal(await commandsWith([]), undefined));
});
