import assert from 'node:assert/strict';
import type { Stores } from '../../src/engine/ports/journalStore.ts';
import { unhurried } from '../support/dockerBuilds.ts';
import { makeSweepWorkspace, type SweepWorkspace, stepsRun } from '../support/faultSweep.ts';

describe('results of content that does not stand still', () => {
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

  it('are not kept when a file changes while the tests run', async () => {
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

  it('are not kept when a file changes while the image is built, and its tag goes', async () => {
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

  it('never let through what was not tested: a file that changes between test and build stops the build', async () => {
    workspace.ports = {
      ...workspace.ports,
      stores: changingStores(workspace.ports.stores, /^latest\/test\/web$/, changeFile),
    };
    assert.equal(await outcomeOf('web', 'build'), 'inputs-changed');
  });

  it('are the same for two runs at once in one store', async () => {
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
