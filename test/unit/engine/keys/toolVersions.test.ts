import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { createFiles } from '../../../../src/adapters/node/nodeFiles.ts';
import { createToolVersions } from '../../../../src/engine/keys/toolVersions.ts';
import { createFakeProcesses, type FakeProgram } from '../../../support/fakeProcesses.ts';
import { createFakeRecords } from '../../../support/fakeStores.ts';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

const { signal } = new AbortController();
const maxAge = 1000;

describe('toolVersions', () => {
  const folder = useTemporaryFolder();
  let programs = new Map<string, FakeProgram>();
  let processes = createFakeProcesses(programs);
  let records = createFakeRecords();
  let time = 0;
  beforeEach(() => {
    programs = new Map();
    processes = createFakeProcesses(programs);
    records = createFakeRecords();
    time = 0;
    mkdirSync(join(folder(), 'repository/api'), { recursive: true });
  });

  function install(name: string, output: string, exitCode = 0): void {
    const path = join(folder(), name);
    writeFileSync(path, output);
    programs.set(name, { path, output, exitCode });
  }
  /** What a process of its own finds. */
  async function versions(command: readonly [string, ...string[]], environment = {}) {
    const repository = join(folder(), 'repository');
    const ports = { files: createFiles(), processes, records };
    const tools = createToolVersions(ports, repository, maxAge, () => time);
    const found = await tools.of(command, join(repository, 'api'), environment, 'known', signal);
    await tools.save();
    return found;
  }
  const asked = () => processes.commands.length;

  it('are what the program answers, on one line', async () => {
    install('make', 'GNU Make 4.3\nBuilt for x86_64\n');
    assert.deepEqual(await versions(['make', 'test']), { 'tool make': 'GNU Make 4.3 Built for x86_64' });
    assert.deepEqual(processes.commands, [`${join(folder(), 'make')} --version`]);
  });

  it('ask Go in its own words', async () => {
    install('go', 'go version go1.26');
    await versions(['go', 'test', './...']);
    assert.deepEqual(processes.commands, [`${join(folder(), 'go')} version`]);
  });

  it('include what interprets the program', async () => {
    install('npm', '11.0.0');
    install('node', 'v24.0.0');
    assert.deepEqual(await versions(['npm', 'test']), { 'tool npm': '11.0.0', 'tool node': 'v24.0.0' });
  });

  it('are remembered for the next process', async () => {
    install('make', '4.3');
    await versions(['make']);
    await versions(['make']);
    assert.equal(asked(), 1);
  });

  it('are looked for once by the services of a run, and again for a fresh key', async () => {
    install('make', '4.3');
    const repository = join(folder(), 'repository');
    let reads = 0;
    let searches = 0;
    const files = createFiles();
    const counting = {
      files: {
        ...files,
        readText(path: string) {
          reads += 1;
          return files.readText(path);
        },
      },
      processes: {
        ...processes,
        find(program: string) {
          searches += 1;
          return processes.find(program);
        },
      },
      records,
    };
    const tools = createToolVersions(counting, repository, maxAge, () => time);
    const environment = {};
    const look = (place: 'api' | 'web', how: 'known' | 'fresh') =>
      tools.of(['make'], join(repository, place), environment, how, signal);
    await look('api', 'known');
    const ofBothFolders = reads;
    await look('api', 'known');
    assert.deepEqual([reads, searches], [ofBothFolders, 1]);
    await look('web', 'known');
    assert.deepEqual([reads, searches], [ofBothFolders * 1.5, 1]);
    install('make', '4.4');
    assert.deepEqual(await look('api', 'known'), { 'tool make': '4.3' });
    assert.deepEqual(await look('api', 'fresh'), { 'tool make': '4.4' });
    assert.deepEqual(await look('web', 'known'), { 'tool make': '4.4' });
  });

  it('are remembered beside version files of any length, without their text', async () => {
    install('make', '4.3');
    const text = `# ${'words '.repeat(1000)}`;
    writeFileSync(join(folder(), 'repository/mise.toml'), text);
    await versions(['make']);
    await versions(['make']);
    assert.equal(asked(), 1);
    assert.doesNotMatch(records.read('tools') ?? '', /words/);
    writeFileSync(join(folder(), 'repository/mise.toml'), `${text}.`);
    await versions(['make']);
    assert.equal(asked(), 2);
  });

  it('are asked again after a time', async () => {
    install('make', '4.3');
    await versions(['make']);
    time = maxAge - 1;
    await versions(['make']);
    assert.equal(asked(), 1);
    time = maxAge;
    await versions(['make']);
    assert.equal(asked(), 2);
  });

  it('are asked again when the program is another', async () => {
    install('make', '4.3');
    await versions(['make']);
    install('make', '4.4');
    assert.deepEqual(await versions(['make']), { 'tool make': '4.4' });
  });

  it('are asked again when what a link points to is another', async () => {
    install('real', '4.3');
    symlinkSync('real', join(folder(), 'make'));
    programs.set('make', { path: join(folder(), 'make'), output: '4.3' });
    await versions(['make']);
    utimesSync(join(folder(), 'real'), 1, 1);
    await versions(['make']);
    assert.equal(asked(), 2);
  });

  it('follow a circle of links to no end', async () => {
    symlinkSync('make', join(folder(), 'make'));
    programs.set('make', { path: join(folder(), 'make'), output: '4.3' });
    assert.deepEqual(await versions(['make']), { 'tool make': '4.3' });
  });

  for (const place of ['repository/api/.python-version', 'repository/.tool-versions']) {
    it(`are asked again when ${place} changes`, async () => {
      install('python3', '3.11');
      await versions(['python3', '-m', 'unittest']);
      writeFileSync(join(folder(), place), '3.12');
      await versions(['python3', '-m', 'unittest']);
      assert.equal(asked(), 2);
      rmSync(join(folder(), place));
      await versions(['python3', '-m', 'unittest']);
      assert.equal(asked(), 2, 'the first answer is still remembered');
    });
  }

  it('take no notice of version files outside the repository', async () => {
    install('python3', '3.11');
    await versions(['python3']);
    writeFileSync(join(folder(), '.python-version'), '3.12');
    await versions(['python3']);
    assert.equal(asked(), 1);
  });

  it('are asked again in another environment', async () => {
    install('make', '4.3');
    await versions(['make'], { MAKEFLAGS: 'a' });
    await versions(['make'], { MAKEFLAGS: 'b' });
    assert.equal(asked(), 2);
  });

  it('tell a program without an answer by its file', async () => {
    install('check', 'usage: check', 2);
    const before = await versions(['check']);
    assert.notDeepEqual(before, { 'tool check': 'usage: check' });
    install('check', 'usage: check [-v]', 2);
    assert.notDeepEqual(await versions(['check']), before);
  });

  it('say that a program is missing, and do not remember it', async () => {
    assert.deepEqual(await versions(['make']), { 'tool make': 'not found' });
    install('make', '4.3');
    assert.deepEqual(await versions(['make']), { 'tool make': '4.3' });
  });

  it('leave programs named by a path to the fingerprints', async () => {
    assert.deepEqual(await versions(['./check.sh']), {});
    assert.deepEqual(await versions(['..\\check.cmd']), {});
  });

  it('are asked again when their record is damaged', async () => {
    install('make', '4.3');
    for (const text of ['', '{', 'null', '[]', '{"a":null}']) {
      records = createFakeRecords({ tools: text });
      assert.deepEqual(await versions(['make']), { 'tool make': '4.3' }, text);
    }
  });

  it('forget what is out of date when they are kept', async () => {
    install('make', '4.3');
    await versions(['make'], { A: '1' });
    time = maxAge;
    await versions(['make'], { A: '2' });
    assert.equal(Object.keys(JSON.parse(records.read('tools') ?? '{}')).length, 1);
  });
});
