import type { ObjectName } from '../localAgent/objectName.ts';
import { sentenceWithPlace } from '../verdict/sentenceWithPlace.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { SkippedObject } from './planRehearsal.ts';

/**
 * - `healthy`: every workload that the change is about was rehearsed and is ready
 * - `incomplete`: nothing was found wrong, and a workload that the change is about was not rehearsed
 * - `refused`: the cluster does not take the objects
 * - `failed`, `stuck`: a rollout's verdict
 * - `progressing`: the time was over before there was a verdict
 */
export type RehearsalOutcome = 'healthy' | 'incomplete' | 'refused' | 'failed' | 'stuck' | 'progressing';

export interface RehearsalFacts {
  readonly rehearsed: number;
  readonly skipped: readonly SkippedObject[];
  /** Whether the change is about a workload: see `meantWorkloads`. */
  isMeant(workload: ObjectName): boolean;
  readonly verdicts: readonly { readonly workload: ObjectName; readonly verdict: Verdict }[];
  /** Workloads that were applied; one of them without a verdict is still on its way. */
  readonly followed: readonly ObjectName[];
  readonly refused: readonly { readonly object: ObjectName; readonly why: string }[];
  readonly seconds: number;
}

/** What came out, in one sentence and one action. A time that ran out is never a success. */
export function concludeRehearsal(facts: RehearsalFacts): {
  readonly outcome: RehearsalOutcome;
  readonly sentence: string;
  readonly action?: string;
} {
  const counted = countOf(facts);
  const [refused] = facts.refused;
  if (refused)
    return {
      outcome: 'refused',
      sentence: `the cluster refuses ${nameOf(refused.object)}: ${refused.why}`,
      action: 'Correct what it names in the manifest; nothing was applied.',
    };
  const meant = facts.verdicts.filter(({ workload }) => facts.isMeant(workload));
  const states = meant.map(({ verdict }) => verdict);
  const bad = states.find(({ state }) => state === 'failed') ?? states.find(({ state }) => state === 'stuck');
  if (bad && (bad.state === 'failed' || bad.state === 'stuck'))
    return {
      outcome: bad.state,
      sentence: `${counted}: ${sentenceWithPlace(bad)}`,
      ...(bad.action === undefined ? {} : { action: bad.action }),
    };
  const going = states.find(({ state }) => state === 'progressing');
  if (going || states.length < facts.followed.filter((workload) => facts.isMeant(workload)).length)
    return {
      outcome: 'progressing',
      sentence: `${counted}: not ready after ${facts.seconds} s${going ? `: ${going.sentence}` : ''}`,
      action: 'Look at why it takes so long; `towline rehearse --timeout` gives it more time.',
    };
  const missing = facts.skipped.find(({ object, runs }) => runs && facts.isMeant(object));
  if (missing)
    return {
      outcome: 'incomplete',
      sentence: `${counted}: ${nameOf(missing.object)} was not rehearsed: ${missing.why}`,
      action: 'What it needs has to be in the manifests or on the cluster for a rehearsal of it.',
    };
  if (states.length === 0)
    return {
      outcome: 'incomplete',
      sentence: `${counted}: nothing that runs is in the change`,
      action: 'Look at the rendered diff and the dry run; there is no rollout to judge.',
    };
  const others = facts.verdicts.filter(
    ({ workload, verdict }) => !facts.isMeant(workload) && verdict.state !== 'healthy',
  );
  const aside = others.map(
    ({ workload, verdict }) =>
      `${workload.name}, which the change does not touch, is not: ${verdict.sentence}`,
  );
  const sentences = [...states.map(({ sentence }) => sentence), ...aside];
  return { outcome: 'healthy', sentence: `${counted}: ${sentences.join('; ')}` };
}

/** `rehearsed 7 of 9 objects` */
export function countOf({ rehearsed, skipped }: Pick<RehearsalFacts, 'rehearsed' | 'skipped'>): string {
  const all = rehearsed + skipped.length;
  return `rehearsed ${skipped.length === 0 ? `all ${all}` : `${rehearsed} of ${all}`} ${all === 1 ? 'object' : 'objects'}`;
}

export function nameOf({ kind, name }: ObjectName): string {
  return `${kind} ${name}`;
}
