import assert from 'node:assert/strict';
import type { Plan } from '../../../../src/domain/plan/planRun.ts';
import type { StepName } from '../../../../src/domain/runs/stepName.ts';
import type { StepOutput } from '../../../../src/domain/runs/stepOutput.ts';
import { createAhead } from '../../../../src/engine/runs/prepareAhead.ts';
import type { RunScope } from '../../../../src/engine/runs/runScope.ts';

const pushed = (name: string): StepOutput => ({
  step: 'push',
  repository: `registry/${name}`,
  tag: 'main',
  digest: `sha256:${name}`,
  commit: 'c0ffee',
  dirty: false,
});

const planOf = (services: Readonly<Record<string, readonly StepName[]>>): Plan =>
  Object.entries(services).map(([name, steps]) => ({
    service: { name },
    steps: steps.map((step) => ({ step })),
  })) as unknown as Plan;

function makeAhead({ anyway = false, answer = () => Promise.resolve(true) } = {}) {
  const asked: string[] = [];
  const latest = new Map([
    ['api', pushed('api')],
    ['web', pushed('web')],
  ]);
  const scope = {
    request: { anyway },
    results: {
      latest: (step: StepName, service: string) => {
        const output = step === 'push' ? latest.get(service) : undefined;
        return output && { output };
      },
    },
    registries: {
      holds(repository: string, digest: string) {
        asked.push(`${repository}@${digest}`);
        return answer();
      },
    },
  } as unknown as RunScope;
  return { asked, ahead: createAhead(scope, [], new AbortController().signal) };
}

describe('looking for images ahead', () => {
  it('asks for what was pushed last of each service that takes the push step', () => {
    const { asked, ahead } = makeAhead();
    ahead.lookForImages(planOf({ api: ['test', 'build', 'push'], web: ['test', 'build'], new: ['push'] }));
    assert.deepEqual(asked, ['registry/api@sha256:api']);
  });

  it('asks for nothing where nothing is reused', () => {
    const { asked, ahead } = makeAhead({ anyway: true });
    ahead.lookForImages(planOf({ api: ['push'] }));
    assert.deepEqual(asked, []);
  });

  it('leaves a failure to the step that needs the answer', async () => {
    const unheard: unknown[] = [];
    const listener = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', listener);
    try {
      const { asked, ahead } = makeAhead({ answer: () => Promise.reject(new Error('no registry')) });
      ahead.lookForImages(planOf({ api: ['push'], web: ['push'] }));
      await new Promise(setImmediate);
      await ahead.settled();
      assert.equal(asked.length, 2);
      assert.deepEqual(unheard, []);
    } finally {
      process.off('unhandledRejection', listener);
    }
  });
});
