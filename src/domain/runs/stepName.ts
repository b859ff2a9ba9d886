/** The steps of a run, in order. */
export const stepNames = ['test', 'build', 'push', 'propose'] as const;

export type StepName = (typeof stepNames)[number];
