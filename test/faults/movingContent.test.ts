import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Stores } from '../../src/engine/ports/journalStore.ts';
import type { Repository } from '../../src/engine/ports/repositories.ts';
import { unhurried } from '../support/dockerBuilds.ts';
import { makeSweepWorkspace, type SweepWorkspace, stepsRun } from '../support/faultSweep.ts';

describe('content that does not stand still', () => {
  let workspace: SweepWorkspace;

  beforeEach(async () => {
    workspace = await makeSweepWorkspace();
  });
  afterEach(() => workspace.remove());

  const changeFile = (): void => workspace.write('web/a.txt', 'changed\n');

  /** How a service's step ended in a run. */
  async function outcomeOf(service: string, step: string): Promise<string | undefined> {
    const { services } = await workspace.run();
    const taken = services.find(({ name }) => name === service)?.steps.find((each) => each.step === step);
    return taken?.result?.outcome === 'failed' ? taken.result.failure.code : taken?.result?.outcome;
  }

  it('gives no result that is kept when a file changes while the tests run', async () => {
    const { processes } = workspace.ports;
    workspace.ports = {
      ...workspace.ports,
      processes: {
        ...processes,
        async run(request, signal) {
          const result = await processes.run(request, signal);
          if (request.command.includes('check.sh')) changeFile();
          return result;
        },
      },
    };
    assert.equal(await outcomeOf('web', 'test'), 'inputs-changed');
    workspace.ports = { ...workspace.ports, processes };
    assert.equal(
      await outcomeOf('web', 'test'),
      'passed',
      'tested again, with the content that is there now',
    );
  });

  it('gives no result that is kept when a file changes while the image is built, and its tag goes', async () => {
    const { containers } = workspace.ports;
    const tags: string[] = [];
    workspace.ports = {
      ...workspace.ports,
      containers: {
        ...containers,
        async buildImage(build, onProgress, signal) {
          const image = await containers.buildImage(build, onProgress, signal);
          if (build.contextFolder.endsWith('web')) {
            tags.push(...build.tags);
            changeFile();
          }
          return image;
        },
      },
    };
    assert.equal(await outcomeOf('web', 'build'), 'inputs-changed');
    assert.equal(tags.length, 1);
    assert.equal(await containers.inspectImage(tags[0] ?? '', unhurried), undefined);
    workspace.ports = { ...workspace.ports, containers };
    assert.equal(await outcomeOf('web', 'build'), 'passed', 'built again');
  });

  it('never becomes an image untested: a file that changes between test and build stops the build', async () => {
    workspace.ports = {
      ...workspace.ports,
      stores: changingStores(workspace.ports.stores, /^latest\/test\/web$/, changeFile),
    };
    assert.equal(await outcomeOf('web', 'build'), 'inputs-changed');
  });

  it('leaves a commit alone that somebody puts on the branch just before the push', async () => {
    await workspace.run();
    const { sandbox, folder } = workspace;
    const remote = join(sandbox.folder, 'remote.git');
    changeFile();
    workspace.commit();
    let theirs = '';
    const { repositories } = workspace.ports;
    workspace.ports = {
      ...workspace.ports,
      repositories: {
        ...repositories,
        async open(at, signal) {
          const repository = await repositories.open(at, signal);
          const push: Repository['push'] = (...values) => {
            sandbox.git(folder, 'push', '--quiet', '--force', 'origin', 'HEAD:refs/heads/towline/dev/web');
            theirs = sandbox.git(remote, 'rev-parse', 'towline/dev/web');
            return repository.push(...values);
          };
          return { ...repository, push };
        },
      },
    };
    assert.equal(await outcomeOf('web', 'propose'), 'branch-moved');
    assert.equal(sandbox.git(remote, 'rev-parse', 'towline/dev/web'), theirs);
  });

  it('gives the same to two runs at once in one store', async () => {
    const states = await Promise.all([workspace.run(), workspace.run(), workspace.run()]);
    assert.deepEqual(
      states.map(({ outcome }) => outcome),
      ['passed', 'passed', 'passed'],
    );
    assert.deepEqual(stepsRun(await workspace.run()), {});
  });
});

/** Stores that call back before a record of that name is written. */
function changingStores(stores: Stores, name: RegExp, change: () => void): Stores {
  return {
    ...stores,
    openRecords(commonFolder) {
      const records = stores.openRecords(commonFolder);
      return {
        ...records,
        write(record, text) {
          if (name.test(record)) change();
          return records.write(record, text);
        },
      };
    },
  };
}
