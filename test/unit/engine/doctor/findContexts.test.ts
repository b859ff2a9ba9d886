import assert from 'node:assert/strict';
import type { Locality } from '../../../../src/domain/locality/locality.ts';
import { findContexts } from '../../../../src/engine/doctor/findContexts.ts';
import type { LocalClusters } from '../../../../src/engine/locality/localClusters.ts';
import type { OpenWorkspace } from '../../../../src/engine/workspace/openWorkspace.ts';
import { createFakeClusters } from '../../../support/fakeClusters.ts';
import { makeEnvironment, makeWorkspace } from '../../../support/services.ts';

const { signal } = new AbortController();

describe("doctor's look at the environments' clusters", () => {
  it('says once of each context whether it is there, and local or only read', async () => {
    const clusters = createFakeClusters({ contexts: ['lab', 'prod'] });
    const judge = (context: string): Promise<Locality> =>
      Promise.resolve(
        (context === 'lab'
          ? { local: true, because: 'a test' }
          : { local: false, why: 'nothing proves it', next: '' }) as Partial<Locality> as Locality,
      );
    const localClusters = { judge } as Partial<LocalClusters> as LocalClusters;
    const environments = [
      makeEnvironment('dev', { context: 'lab' }),
      makeEnvironment('test', { context: 'lab' }),
      makeEnvironment('live', { context: 'prod' }),
      makeEnvironment('old', { context: 'gone' }),
      makeEnvironment('none'),
    ];
    const opened = { workspace: makeWorkspace([], environments) } as Partial<OpenWorkspace> as OpenWorkspace;
    const findings = await findContexts({ clusters, localClusters }, opened, signal);
    assert.deepEqual(
      findings.map(({ name, state, detail }) => `${name} ${state}: ${detail}`),
      [
        'cluster of dev, test found: context lab (https://lab.test:6443), local: a test',
        'cluster of live found: context prod (https://prod.test:6443), only read: nothing proves it',
        'cluster of old optional: there is no kubeconfig context gone',
      ],
    );
  });
});
