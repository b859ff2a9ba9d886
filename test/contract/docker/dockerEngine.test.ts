import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, it } from 'mocha';
import { readDockerignore } from '../../../src/domain/dockerignore/readDockerignore.ts';
import type { ErrorCode } from '../../../src/domain/errors/errorCatalogue.ts';
import { TowlineError } from '../../../src/domain/errors/towlineError.ts';
import type { ContainerEngine, ImageBuild } from '../../../src/engine/ports/containerEngine.ts';
import type { Credential } from '../../../src/engine/ports/credentials.ts';
import { registryCredential, startRegistry } from '../../lab/registry.ts';
import { waitUntil } from '../../support/cliProcess.ts';
import {
  buildAndRead,
  createTestEngine,
  describeBuild,
  listContext,
  shellImage,
  staticShell,
  unhurried,
  useTags,
  writeContext,
} from '../../support/dockerBuilds.ts';
import { canStartEngine, startOwnEngine } from '../../support/dockerEngineProcess.ts';
import { skipTest } from '../../support/skipTest.ts';
import { useTemporaryFolder } from '../../support/temporaryFolder.ts';

const rightful: Credential = { kind: 'basic', ...registryCredential, from: 'test' };
const wrong: Credential = { kind: 'basic', username: 'towline', password: 'wrong', from: 'test' };

function withCode(code: ErrorCode, names = /(?:)/) {
  return (error: unknown) => {
    if (!TowlineError.is(error, code)) throw error;
    assert.match(error.failure.why, names);
    return true;
  };
}

/** Command lines of processes on this machine that mention a text. */
function processesWith(text: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        return [readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    })
    .filter((command) => command.includes(text));
}

describe('the Docker engine', function () {
  this.timeout(120_000);
  const folder = useTemporaryFolder();
  let engine: ContainerEngine;
  const newTag = useTags(() => engine);
  before(function () {
    if (staticShell === undefined) skipTest(this, 'no static busybox on this machine');
    engine = createTestEngine();
  });

  function prepare(
    dockerfile: string,
    build: Partial<ImageBuild> = {},
    files: Record<string, string> = {},
  ): ImageBuild {
    writeContext(folder(), { Dockerfile: dockerfile, busybox: '', ...files });
    return describeBuild(folder(), { tags: [newTag()], ...build });
  }
  /** Steps after this one run, whatever earlier test runs left in the engine's cache. */
  const uncached = () => `${shellImage}ENV RUN_OF=${randomUUID()}\n`;
  /** What `COPY . /ctx` brought, as `find` lists it. */
  const findAll = () =>
    `${uncached()}COPY . /ctx\nRUN cd /ctx && busybox find . -mindepth 1 | busybox sort\n`;
  const without = (build: ImageBuild, ...paths: string[]) =>
    build.files.filter(({ path }) => !paths.includes(path));
  function listed(output: string): readonly string[] {
    return output
      .split('\n')
      .flatMap((line) => (line.startsWith('./') ? [line.slice(2)] : []))
      .sort();
  }

  it('runs nothing of a build any more when its cancellation is told', async function () {
    if (process.platform !== 'linux') skipTest(this, 'looks for processes under /proc');
    for (const files of [{}, { '.dockerignore': 'Dockerfile' }]) {
      const marker = `1000.${randomInt(1e9)}`;
      const build = prepare(`${uncached()}RUN echo started && sleep ${marker}\n`, {}, files);
      const controller = new AbortController();
      let running: Promise<void> | undefined;
      const selected = '.dockerignore' in files ? without(build, 'Dockerfile') : build.files;
      const building = buildAndRead(engine, { ...build, files: selected }, controller.signal, (progress) => {
        if (progress.type !== 'output' || !progress.text.includes('started')) return;
        // The words come before the program they announce.
        running ??= waitUntil('the step sleeps', () => processesWith(`sleep ${marker}`).length > 0).then(() =>
          controller.abort(new Error('enough')),
        );
      });
      await assert.rejects(building, /enough/);
      await running;
      assert.deepEqual(processesWith(`sleep ${marker}`), []);
    }
  });

  it('gets modes, links and long and non-ASCII names as they are, through an archive and through a session', async () => {
    const long = `${'deep/'.repeat(25)}${'name'.repeat(40)}`;
    const script = 'RUN cd /ctx && busybox stat -c "%a %F %n %N" run link folder; busybox find .\n';
    const build = prepare(
      `${uncached()}COPY . /ctx\n${script}`,
      {},
      { run: 'x', [long]: '1', 'größe/日本 ☺': '2', 'folder/a': '' },
    );
    chmodSync(join(folder(), 'run'), 0o750);
    chmodSync(join(folder(), 'folder'), 0o700);
    symlinkSync('folder/a', join(folder(), 'link'));
    const files = listContext(folder());
    for (const selected of [files, files.filter(({ path }) => path !== 'Dockerfile')]) {
      writeFileSync(build.dockerfile, `${uncached()}COPY . /ctx\n${script}`);
      const { output } = await buildAndRead(engine, { ...build, files: selected });
      assert.match(output, /750 regular file run/);
      assert.match(output, /777 symbolic link link .*folder\/a/);
      assert.match(output, /700 directory folder/);
      assert.ok(output.includes(`./${long}`) && output.includes('./größe/日本 ☺'), output);
    }
  });

  it('keeps a Dockerfile that is not selected, or lies elsewhere, out of the image', async () => {
    const build = prepare(findAll(), {}, { 'a.txt': 'a' });
    const elsewhere = join(mkdtempSync(join(folder(), '..', 'towline-test-')), 'Other');
    writeFileSync(elsewhere, findAll());
    const inside = await buildAndRead(engine, { ...build, files: without(build, 'Dockerfile') });
    assert.deepEqual(listed(inside.output), ['a.txt', 'busybox']);
    const outside = await buildAndRead(engine, { ...build, dockerfile: elsewhere });
    assert.deepEqual(listed(outside.output), ['Dockerfile', 'a.txt', 'busybox']);
    rmSync(join(elsewhere, '..'), { recursive: true });
  });

  it('gives secrets to the steps that mount them and to nothing else', async () => {
    const script =
      'RUN --mount=type=secret,id=one --mount=type=secret,id=two busybox cat /run/secrets/one /run/secrets/two | busybox md5sum\n';
    const build = prepare(uncached() + script, {}, { 'secret.txt': `file-${randomUUID()}` });
    process.env.TOWLINE_TEST_SECRET = `variable-${randomUUID()}`;
    const secrets = [
      { id: 'one', source: { file: 'secret.txt' } },
      { id: 'two', source: { environment: 'TOWLINE_TEST_SECRET' } },
    ];
    const { output } = await buildAndRead(engine, { ...build, secrets });
    const { createHash } = await import('node:crypto');
    const both = readFileSync(join(folder(), 'secret.txt'), 'utf8') + process.env.TOWLINE_TEST_SECRET;
    delete process.env.TOWLINE_TEST_SECRET;
    assert.match(output, new RegExp(createHash('md5').update(both).digest('hex')));
  });

  it('takes base images from a registry that wants credentials, for long builds as well', async () => {
    await using registry = await startRegistry({ auth: true });
    const base = newTag(registry.host);
    await buildAndRead(engine, prepare(`${shellImage}LABEL x=${randomUUID()}\n`, { tags: [base] }));
    await engine.pushImage(base, rightful, () => undefined, unhurried);
    await engine.removeImage(base, unhurried);
    const build = prepare(`FROM ${base}\nRUN sleep 3\n`);
    await assert.rejects(buildAndRead(engine, build), withCode('base-image-missing', new RegExp(base)));
    const { id } = await buildAndRead(engine, { ...build, credentials: { [registry.host]: rightful } });
    assert.match(id, /^sha256:/);
  });

  it('tells a registry that refuses from one that fails', async () => {
    await using guarded = await startRegistry({ auth: true });
    await using readOnly = await startRegistry({ readOnly: true });
    await using secure = await startRegistry({ tls: true });
    const push = async (host: string, credential?: Credential) => {
      const tag = newTag(host);
      await buildAndRead(engine, prepare(shellImage, { tags: [tag] }));
      return engine.pushImage(tag, credential, () => undefined, unhurried);
    };
    await assert.rejects(push(guarded.host), withCode('registry-denied'));
    await assert.rejects(push(guarded.host, wrong), withCode('registry-denied', /^(?!.*wrong).*$/s));
    assert.match((await push(guarded.host, rightful)).digest, /^sha256:/);
    await assert.rejects(push(readOnly.host), withCode('registry-failed'));
    assert.match((await push(secure.host)).digest, /^sha256:/);
  });

  it('rejects at once when a push to a silent registry is cancelled', async () => {
    const controller = new AbortController();
    const silent = createServer(() => controller.abort(new Error('enough')));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const tag = newTag(`127.0.0.1:${(silent.address() as AddressInfo).port}`);
    await buildAndRead(engine, prepare(shellImage, { tags: [tag] }));
    await assert.rejects(
      engine.pushImage(tag, undefined, () => undefined, controller.signal),
      /enough/,
    );
    silent.closeAllConnections();
    silent.close();
  });

  it('pulls what is there and says what is not', async () => {
    await using registry = await startRegistry({ auth: true });
    const tag = newTag(registry.host);
    await buildAndRead(engine, prepare(shellImage, { tags: [tag] }));
    await engine.pushImage(tag, rightful, () => undefined, unhurried);
    await engine.removeImage(tag, unhurried);
    await engine.pullImage(tag, rightful, unhurried);
    assert.ok(await engine.inspectImage(tag, unhurried));
    await assert.rejects(
      engine.pullImage(newTag(registry.host), rightful, unhurried),
      withCode('base-image-missing'),
    );
    await assert.rejects(engine.pullImage(tag, wrong, unhurried), withCode('registry-denied'));
    await assert.rejects(
      engine.pullImage('127.0.0.1:1/x:1', undefined, unhurried),
      withCode('registry-unreachable'),
    );
  });

  it('selects what Docker itself selects', async function () {
    const docker = ['/usr/bin/docker', 'docker'].find((program) => canBuildFolder(program));
    if (docker === undefined) skipTest(this, 'no docker command with BuildKit');
    const files = [
      'a.x/a.x',
      'a.x/b.x/a.x',
      'a.x/b.x/b.x',
      'b.x/a.x',
      'b.x/ab.x',
      'ab.x/a.x/b.x',
      '.a',
      'c/b.x',
    ];
    const texts = [
      '*\n!a.x',
      'a.x/\n**/b.x',
      '*.x',
      '*/b.x',
      '!a.x\n*',
      '**\n!ab.x/a.x',
      '.*',
      '[a-b].x/a.x',
      'a?.x',
      '/a.x\n# c\n!/a.x/b.x/b.x',
    ];
    for (const text of texts) {
      const context = mkdtempSync(join(folder(), 'context-'));
      for (const path of files) {
        mkdirSync(join(context, path), { recursive: true });
        writeFileSync(join(context, path, 'file'), path);
      }
      writeFileSync(join(context, '.dockerignore'), text);
      writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
      const filter = readDockerignore(text);
      const ours = listContext(context).filter(({ path, kind }) => kind === 'file' && filter.includes(path));
      assert.deepEqual(
        ours.map(({ path }) => path).sort(),
        exportFolder(docker, context),
        JSON.stringify(text),
      );
    }
  });

  it('says that the engine stopped when it dies in mid-build, and that it is unreachable afterwards', async function () {
    if (!canStartEngine()) skipTest(this, 'starting an engine needs root and dockerd');
    await using own = await startOwnEngine(mkdtempSync(join(folder(), 'e')));
    const dying = createTestEngine({ ...process.env, DOCKER_HOST: own.host });
    const build = prepare(`${uncached()}RUN echo started && sleep 1000\n`);
    let killed: Promise<void> | undefined;
    const building = buildAndRead(dying, build, unhurried, (progress) => {
      if (progress.type === 'output' && progress.text.includes('started')) killed ??= own.kill();
    });
    await assert.rejects(building, withCode('engine-stopped', /DOCKER_HOST/));
    await killed;
    await assert.rejects(dying.describe(unhurried), withCode('engine-unreachable', /DOCKER_HOST/));
  });

  it('is reached over ssh as docker reaches it', async function () {
    if (process.platform === 'win32') skipTest(this, 'stands in for ssh with a shell script');
    // Everything after the host is the command to run there.
    const bin = mkdtempSync(join(folder(), 'bin-'));
    writeFileSync(
      join(bin, 'ssh'),
      `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift 2\nunset DOCKER_HOST\nexec "$@"\n`,
    );
    chmodSync(join(bin, 'ssh'), 0o755);
    const environment = {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      DOCKER_HOST: 'ssh://me@far.example',
    };
    const far = createTestEngine(environment);
    const { endpoint, local, limits } = await far.describe(unhurried);
    assert.deepEqual([endpoint, local, limits.length], ['ssh://far.example', false, 1]);
    const { output } = await buildAndRead(far, prepare(findAll(), {}, { a: randomUUID() }));
    assert.ok(listed(output).includes('a'));
    writeFileSync(join(bin, 'ssh'), '#!/bin/sh\necho "Host key verification failed." >&2\nexit 255\n');
    await assert.rejects(
      createTestEngine(environment).describe(unhurried),
      withCode('engine-unreachable', /Host key/),
    );
  });

  it('goes through buildx for ssh and named contexts, on the same engine', async function () {
    const environment = { ...process.env, ...labBuildx() };
    if (!hasBuildx(environment)) skipTest(this, 'docker buildx is not installed');
    const withBuildx = createTestEngine(environment);
    const ssh = [`test=${writeKey()}`];
    const script = 'RUN --mount=type=ssh,id=test busybox test -S $SSH_AUTH_SOCK && echo has an agent\n';
    const build = prepare(uncached() + script, { ssh });
    const { id, output } = await buildAndRead(withBuildx, build);
    assert.equal((await withBuildx.inspectImage(build.tags[0] ?? '', unhurried))?.id, id);
    assert.match(output, /has an agent/);
    await assert.rejects(
      buildAndRead(withBuildx, prepare(`${uncached()}RUN echo last words; exit 9\n`, { ssh })),
      withCode('build-failed', /RUN echo last words.* exit code 9\n.*last words/s),
    );
    await assert.rejects(
      buildAndRead(withBuildx, prepare('FROM scratch\nCOPYY a b\n', { ssh })),
      withCode('dockerfile-invalid'),
    );
    const named = prepare('FROM scratch\nCOPY --from=other key.pem /\n', { contexts: { other: folder() } });
    // Engines before 23 do not know named contexts and say so.
    const outcome = await buildAndRead(withBuildx, named).catch((error: unknown) => error);
    if (outcome instanceof Error) withCode('engine-unsupported', /contexts/)(outcome);
  });

  it('says that ssh needs buildx where docker has none', async function () {
    if (process.platform === 'win32') skipTest(this, 'stands in for docker with a shell script');
    const bin = mkdtempSync(join(folder(), 'bin-'));
    const words = "docker: 'buildx' is not a docker command.";
    writeFileSync(join(bin, 'docker'), `#!/bin/sh\necho "${words}" >&2\nexit 1\n`);
    chmodSync(join(bin, 'docker'), 0o755);
    const without = createTestEngine({ ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` });
    await assert.rejects(
      buildAndRead(without, prepare(uncached(), { ssh: [`test=${writeKey()}`] })),
      withCode('buildx-missing', /not a docker command/),
    );
  });

  /** A key that nobody is asked a passphrase for. */
  function writeKey(): string {
    const { privateKey } = generateKeyPairSync('ed25519');
    const key = join(folder(), 'key.pem');
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    return key;
  }
});

/** Settings of `docker` with the lab's own buildx. */
function labBuildx(): Readonly<Record<string, string>> {
  const { TOWLINE_LAB_DOCKER_CONFIG } = process.env;
  return TOWLINE_LAB_DOCKER_CONFIG === undefined ? {} : { DOCKER_CONFIG: TOWLINE_LAB_DOCKER_CONFIG };
}

function hasBuildx(env: NodeJS.ProcessEnv): boolean {
  try {
    execFileSync('docker', ['buildx', 'version'], { env, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const withBuildKit = { env: { ...process.env, DOCKER_BUILDKIT: '1' }, stdio: 'ignore' } as const;

/** Builds a folder with Docker's own client and lists the files it sent. */
function exportFolder(docker: string, context: string): readonly string[] {
  const target = mkdtempSync(join(tmpdir(), 'towline-test-'));
  try {
    execFileSync(docker, ['build', '--output', `type=local,dest=${target}`, context], withBuildKit);
    return listContext(target)
      .flatMap(({ path, kind }) => (kind === 'file' ? [path] : []))
      .sort();
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

function canBuildFolder(docker: string): boolean {
  if (docker.startsWith('/') && !existsSync(docker)) return false;
  const context = mkdtempSync(join(tmpdir(), 'towline-test-'));
  try {
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
    return exportFolder(docker, context).includes('Dockerfile');
  } catch {
    return false;
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
