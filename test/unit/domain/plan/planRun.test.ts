import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type PlanState, planRun } from '../../../../src/domain/plan/planRun.ts';
import type { RunRequest } from '../../../../src/domain/runs/runEvent.ts';
import type { Environment } from '../../../../src/domain/workspace/environment.ts';
import type { Service } from '../../../../src/domain/workspace/service.ts';
import { makeEnvironment, makeService, makeWorkspace } from '../../../support/services.ts';

const clean: PlanState = { committed: true, dirtyServices: new Set() };

interface Case {
  readonly services?: readonly Service[];
  readonly environment?: Partial<Environment>;
  readonly request?: Partial<RunRequest>;
  readonly state?: Partial<PlanState>;
}

/** One line for each service: its name and steps, with the code of a hold behind its step. */
function plan({
  services = [makeService('api')],
  environment = {},
  request = {},
  state = {},
}: Case): string[] {
  const workspace = makeWorkspace(services, [makeEnvironment('dev', environment)]);
  const asked: RunRequest = { services: [], environment: 'dev', until: 'propose', anyway: false, ...request };
  return planRun(workspace, asked, { ...clean, ...state }).map(({ service, steps }) =>
    [service.name, ...steps.map(({ step, hold }) => (hold ? `${step}!${hold.code}` : step))].join(' '),
  );
}

const check = (given: Case, ...expected: readonly string[]) => assert.deepEqual(plan(given), expected);

describe('planRun', () => {
  it('takes every step where nothing stands in the way', () => check({}, 'api test build push propose'));

  it('stops after the step asked for', () => {
    check({ request: { until: 'test' } }, 'api test');
    check({ request: { until: 'push', environment: undefined } }, 'api test build push');
  });

  it('only builds what another service is built on and nobody asked for', () => {
    const services = [makeService('api', { dependsOn: ['base'] }), makeService('base')];
    check({ services, request: { services: ['api'] } }, 'base test build', 'api test build push propose');
    check({ services, request: { services: ['api'], until: 'test' } }, 'base test', 'api test');
    check({ services }, 'base test build push propose', 'api test build push propose');
  });

  it('does not propose what the environment does not run', () => {
    check({ environment: { services: ['web'] } }, 'api test build push');
    check({ environment: { services: ['api'] } }, 'api test build push propose');
  });

  it('holds a service of which nobody knows the tests', () => {
    const services = [makeService('api', { tests: { kind: 'unknown' } })];
    check({ services }, 'api test!tests-unknown build push propose');
  });

  it('believes the word that there are no tests', () => {
    const services = [makeService('api', { tests: { kind: 'none', because: 'towline.yaml' } })];
    check({ services }, 'api test build push propose');
  });

  it('holds a service without a Dockerfile', () => {
    const { build: _, ...bare } = makeService('api');
    check({ services: [bare] }, 'api test build!dockerfile-missing push propose');
  });

  it('holds a proposal to a chart', () => {
    check({ environment: { style: 'helm' } }, 'api test build push propose!style-unsupported');
  });

  it('holds a proposal before the first commit', () => {
    check({ state: { committed: false } }, 'api test build push propose!commit-missing');
  });

  it('holds a proposal of uncommitted changes unless the environment allows them', () => {
    const state = { dirtyServices: new Set(['api']) };
    check({ state }, 'api test build push propose!dirty');
    check({ state, environment: { allowDirty: true } }, 'api test build push propose');
    check({ state: { dirtyServices: new Set(['web']) } }, 'api test build push propose');
  });

  it('says of each hold why and what to do', () => {
    const workspace = makeWorkspace(
      [makeService('api', { tests: { kind: 'unknown' } })],
      [makeEnvironment('dev', { style: 'helm' })],
    );
    const request: RunRequest = { services: [], environment: 'dev', until: 'propose', anyway: false };
    const holds = planRun(workspace, request, clean).flatMap(({ steps }) =>
      steps.flatMap(({ hold }) => hold ?? []),
    );
    assert.equal(holds.length, 2);
    for (const { why, ways } of holds) assert.ok(why.endsWith('.') && ways.length > 0);
  });
});
