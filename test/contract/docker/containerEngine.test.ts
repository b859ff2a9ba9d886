import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { ErrorCode } from '../../../src/domain/errors/errorCatalogue.ts';
import { TowlineError } from '../../../src/domain/errors/towlineError.ts';
import type { ContainerEngine, ImageBuild } from '../../../src/engine/ports/containerEngine.ts';
import { type LabRegistry, startRegistry } from '../../lab/registry.ts';
import {
  buildAndRead,
  createTestEngine,
  describeBuild,
  shellImage,
  staticShell,
  unhurried,
  useTags,
  writeContext,
} from '../../support/dockerBuilds.ts';
import { createFakeContainerEngine } from '../../support/fakeContainerEngine.ts';
import { skipTest } from '../../support/skipTest.ts';
import { useTemporaryFolder } from '../../support/temporaryFolder.ts';

/** What every container engine does, the one in memory as well as the real one. */
function describeContract(name: string, create: (registry: string) => ContainerEngine) {
  describe(`a container engine (${name})`, function () {
    this.timeout(60_000);
    const folder = useTemporaryFolder();
    let registry: LabRegistry;
    let engine: ContainerEngine;
    const newTag = useTags(() => engine);
    before(async function () {
      if (staticShell === undefined) skipTest(this, 'no static busybox on this machine');
      registry = await startRegistry();
      engine = create(registry.host);
    });
    after(() => registry?.stop());

    function prepare(dockerfile: string, build: Partial<ImageBuild> = {}): ImageBuild {
      writeContext(folder(), { Dockerfile: dockerfile, busybox: '', 'a.txt': 'a' });
      return describeBuild(folder(), build);
    }
    async function checkFailure(code: ErrorCode, build: ImageBuild): Promise<TowlineError> {
      try {
        await buildAndRead(engine, build);
      } catch (error) {
        if (!TowlineError.is(error, code)) throw error;
        for (const tag of build.tags) assert.equal(await engine.inspectImage(tag, unhurried), undefined);
        return error;
      }
      return assert.fail('it was built');
    }

    it('says who it is', async () => {
      const { product, buildKit, platform, local, limits } = await engine.describe(unhurried);
      assert.match(platform, /^linux\/\w+$/);
      assert.deepEqual([product, buildKit, local, limits], ['docker', true, true, []]);
    });

    it('builds an image that is found by its tags, with its labels', async () => {
      const tags = [newTag(), newTag()];
      const { id } = await buildAndRead(engine, prepare(shellImage, { tags, labels: { one: 'ä "quoted"' } }));
      for (const tag of [...tags, id]) {
        const image = await engine.inspectImage(tag, unhurried);
        assert.equal(image?.id, id);
        assert.deepEqual(image?.labels, { one: 'ä "quoted"' });
      }
    });

    it('gives equal inputs equal ids, and other inputs other ids', async () => {
      const tags = [newTag()];
      const build = async (text: string) => {
        writeContext(folder(), { Dockerfile: 'FROM scratch\nCOPY x /\n', x: text });
        return (await buildAndRead(engine, describeBuild(folder(), { tags }))).id;
      };
      const first = await build('one');
      assert.equal(await build('one'), first);
      assert.notEqual(await build('two'), first);
    });

    it('tells how each step goes', async () => {
      const states: string[] = [];
      await buildAndRead(engine, prepare(shellImage, { tags: [newTag()] }), unhurried, (progress) => {
        if (progress.type === 'vertex') states.push(progress.state);
      });
      assert.ok(states.some((state) => state === 'done' || state === 'cached'));
      assert.ok(!states.includes('failed'));
    });

    it('names the step that failed and its exit code, and leaves no tag', async () => {
      const { failure } = await checkFailure(
        'build-failed',
        prepare(`${shellImage}RUN false\n`, { tags: [newTag()] }),
      );
      assert.match(failure.why, /RUN false ended with exit code 1/);
    });

    it('points at the line of a Dockerfile that is wrong', async () => {
      const build = prepare('FROM scratch\nCOPYY a b\n', { tags: [newTag()] });
      const { failure } = await checkFailure('dockerfile-invalid', build);
      assert.deepEqual(failure.at, { file: build.dockerfile, line: 2, column: 1 });
    });

    it('says that the Dockerfile, a file, a secret or a base image is missing', async () => {
      const tags = [newTag()];
      const build = prepare(shellImage, { tags });
      await checkFailure('dockerfile-missing', { ...build, dockerfile: join(folder(), 'None') });
      const gone = { path: 'gone', kind: 'file', mode: 0o644 } as const;
      const { failure } = await checkFailure('context-unreadable', {
        ...build,
        files: [...build.files, gone],
      });
      assert.match(failure.why, /gone/);
      const secrets = [{ id: 'x', source: { environment: 'TOWLINE_NOT_SET' } }];
      await checkFailure('secret-missing', { ...build, secrets });
      await checkFailure('secret-missing', { ...build, secrets: [{ id: 'x', source: { file: 'none' } }] });
      const base = await checkFailure('base-image-missing', prepare('FROM localhost:1/none:7\n', { tags }));
      assert.match(base.failure.why, /^localhost:1\/none:7: /);
    });

    it('rejects with the reason of whoever cancels', async () => {
      const controller = new AbortController();
      const build = prepare(`${shellImage}RUN echo started && sleep 1000\n`, { tags: [newTag()] });
      const building = buildAndRead(engine, build, controller.signal, ({ type }) => {
        if (type === 'output') controller.abort(new Error('enough'));
      });
      await assert.rejects(building, /enough/);
      await assert.rejects(engine.describe(controller.signal), /enough/);
    });

    it('tags and removes, also what is not there', async () => {
      const [tag, other] = [newTag(), newTag()];
      const { id } = await buildAndRead(engine, prepare(shellImage, { tags: [tag] }));
      await engine.tagImage(id, other, unhurried);
      await engine.removeImage(tag, unhurried);
      await engine.removeImage(tag, unhurried);
      assert.equal(await engine.inspectImage(tag, unhurried), undefined);
      assert.equal((await engine.inspectImage(other, unhurried))?.id, id);
    });

    it('pushes, gives the digest, knows the image by it, and gives it again for what is there already', async () => {
      const tag = newTag(registry.host);
      const { id } = await buildAndRead(engine, prepare(shellImage, { tags: [tag] }));
      const states: string[] = [];
      const push = () =>
        engine.pushImage(
          tag,
          undefined,
          (progress) => progress.type === 'layer' && states.push(progress.state),
          unhurried,
        );
      const { digest } = await push();
      assert.match(digest, /^sha256:[0-9a-f]{64}$/);
      const name = `${tag.slice(0, tag.lastIndexOf(':'))}@${digest}`;
      assert.ok((await engine.inspectImage(id, unhurried))?.repositoryDigests.includes(name));
      assert.deepEqual(await push(), { digest });
      assert.ok(states.includes('pushed') && states.includes('exists'));
    });

    it('says that a registry does not answer, or that there is nothing to push', async () => {
      const tag = newTag('127.0.0.1:1');
      await buildAndRead(engine, prepare(shellImage, { tags: [tag] }));
      const push = (reference: string) => engine.pushImage(reference, undefined, () => undefined, unhurried);
      await assert.rejects(push(tag), (error) => TowlineError.is(error, 'registry-unreachable'));
      await assert.rejects(push(newTag(registry.host)), (error) => TowlineError.is(error, 'registry-failed'));
    });

    it('starts a container once, finds it by its label, stops and removes it', async () => {
      const image = newTag();
      const server = 'STOPSIGNAL SIGKILL\nCMD ["busybox", "httpd", "-f", "-p", "80"]\n';
      await buildAndRead(engine, prepare(shellImage + server, { tags: [image] }));
      const name = image.replace(':1', '');
      const container = {
        ...{ name, image, labels: { [name]: 'yes' }, containerPort: 80, hostPort: 0 },
        volume: { name, path: '/data' },
        environment: { ONE: '1' },
      };
      const started = await engine.startContainer(container, unhurried);
      assert.equal(started.running, true);
      const [port] = started.ports;
      assert.deepEqual(started.ports, [
        { containerPort: container.containerPort, hostAddress: '127.0.0.1', hostPort: port?.hostPort },
      ]);
      assert.ok(port && port.hostPort > 0);
      assert.match(started.networks.bridge?.[0] ?? '', /^\d+(\.\d+){3}$/);
      assert.equal(await engine.isLocal(unhurried), (await engine.describe(unhurried)).local);
      await assert.rejects(engine.startContainer(container, unhurried), (error) =>
        TowlineError.is(error, 'registry-not-started'),
      );
      assert.deepEqual(
        (await engine.listContainers(`${name}=yes`, unhurried)).map(({ id }) => id),
        [started.id],
      );
      assert.deepEqual(await engine.findContainer(name, unhurried), started);
      assert.equal(await engine.findContainer(name.slice(0, -1), unhurried), undefined);
      const path = '/etc/a/b c/one.toml';
      await engine.writeContainerFile(started.id, path, 'größe = 1\n', unhurried);
      const run = (...words: readonly string[]) =>
        engine.runInContainer(started.id, ['busybox', ...words], unhurried);
      assert.deepEqual(await run('cat', path), { exitCode: 0, output: 'größe = 1\n' });
      assert.equal((await run('cat', '/no/such/file')).exitCode, 1);
      const nothing = await engine.runInContainer(started.id, ['no-such-program'], unhurried);
      assert.ok(nothing.exitCode === 126 || nothing.exitCode === 127);
      await engine.stopContainer(started.id, { remove: false, volumes: false }, unhurried);
      await assert.rejects(run('cat', '/'), (error) => TowlineError.is(error, 'engine-failed'));
      await engine.resumeContainer(started.id, unhurried);
      await engine.resumeContainer(started.id, unhurried);
      assert.equal((await engine.findContainer(name, unhurried))?.running, true);
      await engine.stopContainer(started.id, { remove: false, volumes: false }, unhurried);
      assert.deepEqual(
        (await engine.listContainers(name, unhurried)).map(({ running }) => running),
        [false],
      );
      assert.deepEqual(
        (await engine.listContainers(name, unhurried)).flatMap(({ ports }) => ports),
        [],
      );
      await engine.stopContainer(started.id, { remove: true, volumes: true }, unhurried);
      await engine.stopContainer(started.id, { remove: true, volumes: true }, unhurried);
      assert.deepEqual(await engine.listContainers(name, unhurried), []);
    });
  });
}

describeContract('in memory', (registry) => createFakeContainerEngine({ registries: [registry] }));
describeContract('Docker', () => createTestEngine());
