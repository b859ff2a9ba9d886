import type { Hold } from '../runs/hold.ts';
import type { RunRequest } from '../runs/runEvent.ts';
import { type StepName, stepNames } from '../runs/stepName.ts';
import type { Environment } from '../workspace/environment.ts';
import type { Service } from '../workspace/service.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { orderServices } from './orderServices.ts';

/** What the plan needs to know of Git. */
export interface PlanState {
  /** Whether the branch has a commit. */
  readonly committed: boolean;
  /** Services with uncommitted changes in what they are built or tested from. */
  readonly dirtyServices: ReadonlySet<string>;
}

export interface PlannedStep {
  readonly step: StepName;
  /** Known before anything runs; the steps after a held one wait with it. */
  readonly hold?: Hold;
}

export interface PlannedService {
  readonly service: Service;
  readonly steps: readonly PlannedStep[];
}

/** Services in dependency order with the steps each takes, or why a step waits. */
export type Plan = readonly PlannedService[];

export function planRun(workspace: Workspace, request: RunRequest, state: PlanState): Plan {
  const environment = workspace.environments.find(({ name }) => name === request.environment);
  const asked = new Set(
    request.services.length > 0 ? request.services : workspace.services.map(({ name }) => name),
  );
  return orderServices(workspace.services, request.services).map((service) => ({
    service,
    steps: stepsOf(service, asked.has(service.name), request, environment).map((step) => {
      const hold = holdOf(step, service, environment, state);
      return { step, ...(hold ? { hold } : {}) };
    }),
  }));
}

/** A service that is here only because another is built on it needs an image, not a proposal. */
function stepsOf(
  service: Service,
  asked: boolean,
  request: RunRequest,
  environment: Environment | undefined,
): readonly StepName[] {
  const last = stepNames.indexOf(asked ? request.until : request.until === 'test' ? 'test' : 'build');
  return stepNames
    .slice(0, last + 1)
    .filter((step) => step !== 'propose' || (environment !== undefined && runsIn(environment, service)));
}

/** An environment that lists its services does not run the others, which is no reason to hold them. */
function runsIn(environment: Environment, service: Service): boolean {
  return environment.services === undefined || environment.services.includes(service.name);
}

function holdOf(
  step: StepName,
  service: Service,
  environment: Environment | undefined,
  state: PlanState,
): Hold | undefined {
  switch (step) {
    case 'test':
      return service.tests.kind === 'unknown' ? testsUnknown(service) : undefined;
    case 'build':
      return service.build ? undefined : dockerfileMissing(service);
    case 'push':
      return undefined;
    case 'propose':
      return environment ? proposeHold(service, environment, state) : undefined;
  }
}

function testsUnknown(service: Service): Hold {
  return {
    code: 'tests-unknown',
    why: `No tests were found for ${service.name}.`,
    ways: [
      `Name the command in towline.yaml, e.g. \`tests: [npm, test]\` under services → ${service.name} (\`towline init\` writes the file).`,
      'Or say there that it has none: `tests: none`.',
    ],
  };
}

function dockerfileMissing(service: Service): Hold {
  return {
    code: 'dockerfile-missing',
    why: `No Dockerfile or Containerfile was found for ${service.name} in ${service.folder || 'the repository root'}.`,
    ways: [
      `Add one, or name it in towline.yaml: \`build: {dockerfile: …}\` under services → ${service.name}.`,
    ],
  };
}

function proposeHold(service: Service, environment: Environment, state: PlanState): Hold | undefined {
  if (environment.style === 'helm') {
    return {
      code: 'style-unsupported',
      why: `${environment.name} is a Helm chart (${environment.path || '.'}); Towline does not edit chart values yet.`,
      ways: [
        'Propose to a kustomization or to raw manifests, or edit the values by hand with the digest above.',
      ],
    };
  }
  if (!state.committed) {
    return {
      code: 'commit-missing',
      why: 'The repository has no commit yet, so a proposal could not say where its image comes from.',
      ways: ['Commit your work, then run again.'],
    };
  }
  if (state.dirtyServices.has(service.name) && !environment.allowDirty) {
    return {
      code: 'dirty',
      why: `${service.name} has uncommitted changes; its image was built from them and its tag says so.`,
      ways: [
        'Commit them, then run again.',
        `Or allow it in towline.yaml: \`allowDirty: true\` under environments → ${environment.name}.`,
      ],
    };
  }
  return undefined;
}
