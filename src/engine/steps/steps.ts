import type { StepName } from '../../domain/runs/stepName.ts';
import { buildStep } from './buildStep.ts';
import { proposeStep } from './proposeStep.ts';
import { pushStep } from './pushStep.ts';
import type { Step } from './step.ts';
import { testStep } from './testStep.ts';

/** Every step by its name; their order is that of `stepNames`. */
export const steps: Readonly<Record<StepName, Step>> = {
  test: testStep,
  build: buildStep,
  push: pushStep,
  propose: proposeStep,
} as Readonly<Record<StepName, Step>>;
