import type { Verdict } from '../../src/domain/verdict/verdict.ts';

/** A Deployment that fails in one way, or is healthy, and what is to be said of it. */
export interface TellingWorkload {
  readonly name: string;
  /** YAML; the line that the verdict is about ends with `# <-`. */
  readonly manifest: string;
  readonly state: Verdict['state'];
  readonly sentence: RegExp;
}

/** A quota that only Deployment `greedy` runs into: nobody else asks for this resource. */
export const smallQuota = {
  name: 'small',
  hard: { 'requests.ephemeral-storage': '10Mi' },
} as const;

/** Seconds until the healthy one says that it is ready, at least. */
export const slowStart = 3;

/**
 * One Deployment for each way to fail, and one that becomes healthy.
 *
 * @param images one that has Node.js, and one that its registry does not have
 */
export function tellingWorkloads(images: {
  readonly node: string;
  readonly missing: string;
}): readonly TellingWorkload[] {
  const idle = 'image: local/pause:1';
  const node = (program: string): readonly string[] => [
    `image: ${images.node}`,
    `command: [node, --eval, ${JSON.stringify(program)}]`,
  ];
  const make = (
    name: string,
    container: readonly string[],
    sentence: RegExp,
    { state = 'stuck', pod = [], mark = '' }: Partial<TellingWorkload> & MakeOptions = {},
  ): TellingWorkload => ({ name, manifest: manifestOf(name, container, pod, mark), state, sentence });

  return [
    make(
      'healthy',
      [
        ...node("require('node:http').createServer((_, answer) => answer.end()).listen(8080)"),
        'readinessProbe:',
        '  httpGet: {port: 8080}',
        `  initialDelaySeconds: ${slowStart}`,
        '  periodSeconds: 1',
      ],
      /^healthy is healthy: 1 of 1 pod is ready$/,
      { state: 'healthy' },
    ),
    make(
      'unpushed',
      [`image: ${images.missing} # <-`],
      /^unpushed: main cannot start: image \S+ was not found in its registry$/,
      { state: 'failed' },
    ),
    make(
      'crashing',
      node("console.error('cannot find the database'); process.exit(3)"),
      /^crashing: main crashes with exit code 3(?:, \d+ restarts?)?(?:: cannot find the database)?$/,
      { state: 'failed', mark: '- name: main' },
    ),
    make(
      'unready',
      [idle, 'readinessProbe: # <-', '  httpGet: {port: 9090, path: /healthz}', '  periodSeconds: 1'],
      /^unready: main is not ready: its readiness probe \(GET http:\/\/:9090\/healthz\) fails: .*connection refused/,
    ),
    make(
      'unplaced',
      [idle, 'resources:', '  requests:', '    cpu: "900" # <-'],
      /^unplaced-\S+ fits no node: not enough cpu/,
    ),
    make(
      'keyless',
      [idle, 'envFrom:', '  - secretRef:', '      name: keys # <-'],
      /^keyless: main cannot start: Secret keys does not exist in its namespace$/,
    ),
    make(
      'greedy',
      [idle, 'resources:', '  requests:', '    ephemeral-storage: 1Gi # <-'],
      /^greedy gets no more pods: quota small is used up \(requested: requests\.ephemeral-storage=1Gi/,
    ),
    make(
      'hungry',
      [
        ...node('const kept = []; for (;;) kept.push(Buffer.alloc(8 * 1024 * 1024, 1))'),
        'resources:',
        '  limits:',
        '    memory: 64Mi # <-',
      ],
      /^hungry: main was killed for using more memory than its limit of 64Mi/,
      { state: 'failed' },
    ),
    make('waiting', [idle], /^waiting: init container wait has run for \d+ s and does not end/, {
      pod: ['initContainers:', '  - name: wait # <-', '    image: local/pause:1'],
    }),
  ];
}

interface MakeOptions {
  /** Lines of the pod's spec. */
  readonly pod?: readonly string[];
  /** The line that is marked, where it is not marked already. */
  readonly mark?: string;
}

function manifestOf(
  name: string,
  container: readonly string[],
  pod: readonly string[],
  mark: string,
): string {
  const lines = [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata:',
    `  name: ${name}`,
    'spec:',
    '  selector:',
    `    matchLabels: {app: ${name}}`,
    '  template:',
    '    metadata:',
    `      labels: {app: ${name}}`,
    '    spec:',
    '      terminationGracePeriodSeconds: 1',
    ...pod.map((line) => `      ${line}`),
    '      containers:',
    '        - name: main',
    '          imagePullPolicy: IfNotPresent',
    ...container.map((line) => `          ${line}`),
  ];
  return `${lines.map((line) => (mark !== '' && line.trim() === mark ? `${line} # <-` : line)).join('\n')}\n`;
}

/** Number of the line that is marked, from 1. */
export function markedLine(text: string): number {
  return text.split('\n').findIndex((line) => line.endsWith('# <-')) + 1;
}
