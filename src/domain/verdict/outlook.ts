import type { VerdictReason } from './verdict.ts';

/**
 * Which reasons are final and which may pass. Kubernetes tries everything again for ever, so this is a decision:
 * `failed` is what the same manifests and the same image will meet again; `stuck` is what others may mend (a registry
 * that comes back, a node, a Secret that an operator makes later, a program that gets ready after all).
 */
export const outlook: Readonly<Record<VerdictReason, 'failed' | 'stuck'>> = {
  // A tag or digest that a registry does not have is not going to be pushed by waiting.
  'image-missing': 'failed',
  'image-unreachable': 'stuck',
  'image-denied': 'failed',
  // The same image with the same settings ends the same way; a restart rarely helps and is tried anyway.
  crashed: 'failed',
  'out-of-memory': 'failed',
  'probe-failing': 'stuck',
  unschedulable: 'stuck',
  'object-missing': 'stuck',
  'quota-exceeded': 'stuck',
  'admission-refused': 'failed',
  'init-stuck': 'stuck',
  'container-refused': 'failed',
  'deadline-exceeded': 'failed',
  evicted: 'stuck',
  'node-lost': 'stuck',
  'job-failed': 'failed',
  paused: 'stuck',
  suspended: 'stuck',
  waiting: 'stuck',
};

/** The most decisive first: where pods say different things, the first of these is the verdict. */
export const decisiveness: readonly VerdictReason[] = [
  'out-of-memory',
  'crashed',
  'container-refused',
  'object-missing',
  'image-missing',
  'image-denied',
  'image-unreachable',
  'admission-refused',
  'quota-exceeded',
  'unschedulable',
  'probe-failing',
  'init-stuck',
  'evicted',
  'node-lost',
  'job-failed',
  'deadline-exceeded',
  'waiting',
  'paused',
  'suspended',
];
