import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { watchFolder } from '../../../../src/adapters/chokidar/watchFolder.ts';
import { createFiles } from '../../../../src/adapters/node/nodeFiles.ts';
import { createStores } from '../../../../src/adapters/node/nodeStores.ts';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import type { Ports } from '../../../../src/engine/ports/ports.ts';
import { createLocalRegistry } from '../../../../src/engine/registries/localRegistry.ts';
import { createFakeContainerEngine } from '../../../support/fakeContainerEngine.ts';
import { createFakeProcesses, type FakeProgram } from '../../../support/fakeProcesses.ts';
import { createFakeRegistry } from '../../../support/fakeRegistry.ts';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

const { signal } = new AbortController();
const image = { id: 'sha256:1', repositoryDigests: [], platform: 'linux/amd64', labels: {} };

describe("Towline's local registry", () => {
  const folder = useTemporaryFolder();
  let programs = new Map<string, FakeProgram>();
  let processes = createFakeProcesses();
  let registry = createFakeRegistry();
  beforeEach(() => {
    programs = new Map();
    processes = createFakeProcesses(programs);
    registry = createFakeRegistry();
    registry.hosts.set('localhost:5001', new Map()).set('localhost:5002', new Map());
  });

  /** On an engine that has the image, can pull it, cannot, or does not answer. */
  function start(engine: 'has it' | 'cannot pull' | 'is gone') {
    const down = () => Promise.reject(new TowlineError('engine-unreachable', { why: 'no socket' }));
    const fake = createFakeContainerEngine();
    const running = new Map<string, Parameters<typeof fake.startContainer>[0]>();
    const removed: string[] = [];
    const containers = {
      ...fake,
      inspectImage: engine === 'has it' ? () => Promise.resolve(image) : () => Promise.resolve(undefined),
      startContainer(container: Parameters<typeof fake.startContainer>[0]) {
        assert.ok(!running.has(container.name), 'the name is taken');
        running.set(container.name, container);
        const { name, labels, hostPort } = container;
        return Promise.resolve({
          id: name,
          name,
          running: true,
          labels,
          ports: [{ containerPort: 5000, hostAddress: '127.0.0.1', hostPort }],
          networks: {},
        });
      },
      listContainers: (label: string) =>
        Promise.resolve(
          [...running.values()]
            .filter(({ labels }) => label in labels)
            .map(({ name, labels, hostPort }) => ({
              id: name,
              name,
              running: true,
              labels,
              ports: [{ containerPort: 5000, hostAddress: '127.0.0.1', hostPort }],
              networks: {},
            })),
        ),
      stopContainer(
        id: string,
        { remove, volumes }: { readonly remove: boolean; readonly volumes: boolean },
      ) {
        if (remove) running.delete(id);
        removed.push(`${id}${remove ? ' removed' : ' stopped'}${volumes ? ' with volumes' : ''}`);
        return Promise.resolve();
      },
    };
    const gone = { ...fake, inspectImage: down, pullImage: down, listContainers: down };
    const ports = {
      containers: engine === 'is gone' ? gone : containers,
      files: createFiles(),
      processes,
      registry,
      stores: createStores({ watchFolder }),
    } as Partial<Ports> as Ports;
    return { local: createLocalRegistry(ports, folder()), running, removed };
  }
  const installProgram = () => programs.set('docker-registry', { path: '/usr/bin/docker-registry' });

  it('is absent at first, also where no engine answers', async () => {
    assert.deepEqual(await start('has it').local.state(signal), { kind: 'absent' });
    assert.deepEqual(await start('is gone').local.state(signal), { kind: 'absent' });
  });

  it('runs as a container that is found again by its label', async () => {
    const { local, running } = start('has it');
    assert.match(await local.start(5001, signal), /container of registry:/);
    const state = await local.state(signal);
    assert.ok(state.kind === 'container' && state.running && state.port === 5001);
    assert.equal(running.get('towline-registry')?.volume.name, 'towline-registry');
  });

  it('keeps its images when its container is made anew at another port', async () => {
    const { local, removed } = start('has it');
    await local.start(5001, signal);
    await local.start(5002, signal);
    const state = await local.state(signal);
    assert.ok(state.kind === 'container' && state.port === 5002);
    assert.deepEqual(removed, ['towline-registry removed']);
  });

  it('runs as a program where no image can be pulled', async () => {
    installProgram();
    const { local } = start('cannot pull');
    assert.match(await local.start(5001, signal), /program docker-registry/);
    const state = await local.state(signal);
    assert.ok(state.kind === 'program' && state.running && state.port === 5001);
    const configuration = join(folder(), 'registry', 'config.yml');
    assert.deepEqual(processes.commands, [`/usr/bin/docker-registry serve ${configuration}`]);
    assert.match(readFileSync(configuration, 'utf8'), /addr: "127\.0\.0\.1:5001"/);
  });

  it('says what is missing where there is neither', async () => {
    const starting = start('cannot pull').local.start(5001, signal);
    await assert.rejects(starting, { code: 'registry-not-started' });
  });

  it('does not hide an engine that does not answer behind a program', async () => {
    await assert.rejects(start('is gone').local.start(5001, signal), { code: 'engine-unreachable' });
  });

  it('is awaited until it answers', async () => {
    const { local } = start('has it');
    const { ping } = registry;
    let pings = 0;
    registry.ping = (...asked) => {
      pings += 1;
      return pings < 2
        ? Promise.reject(new TowlineError('registry-unreachable', { why: 'not yet' }))
        : ping(...asked);
    };
    await local.start(5001, signal);
    assert.equal(pings, 2);
  });

  it('is awaited no longer than until it is cancelled', async () => {
    const { local } = start('has it');
    const cancel = new AbortController();
    registry.ping = () => {
      cancel.abort(new Error('enough'));
      return Promise.reject(new TowlineError('registry-unreachable', { why: 'not yet' }));
    };
    await assert.rejects(local.start(5001, cancel.signal), /enough/);
  });

  it('keeps its images when it is stopped and drops them when it is removed', async () => {
    const { local, removed } = start('has it');
    await local.start(5001, signal);
    await local.stop(signal);
    await local.remove(signal);
    assert.deepEqual(removed, ['towline-registry stopped', 'towline-registry removed with volumes']);
  });

  it('does the same as a program', async () => {
    installProgram();
    const { local } = start('cannot pull');
    await local.start(5001, signal);
    await local.stop(signal);
    assert.equal(processes.detached.size, 0);
    const stopped = await local.state(signal);
    assert.ok(stopped.kind === 'program' && !stopped.running && existsSync(stopped.folder));
    await local.remove(signal);
    assert.ok(!existsSync(join(folder(), 'registry')));
    assert.deepEqual(await local.state(signal), { kind: 'absent' });
  });

  it('is not started twice, and is no other program that has its number now', async () => {
    installProgram();
    const { local } = start('cannot pull');
    await Promise.all([local.start(5001, signal), local.start(5001, signal)]);
    assert.equal(processes.commands.length, 1);
    registry.hosts.delete('localhost:5001');
    const state = await local.state(signal);
    assert.ok(state.kind === 'program' && !state.running);
    await local.stop(signal);
    assert.equal(processes.detached.size, 1);
  });

  it('is nothing to stop when it is absent', async () => {
    const { local, removed } = start('has it');
    assert.equal((await local.stop(signal)).kind, 'absent');
    assert.equal((await local.remove(signal)).kind, 'absent');
    assert.deepEqual(removed, []);
  });
});
