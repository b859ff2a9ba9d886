import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startControlPlane } from '../lab/cluster.ts';
import { executeOrThrow } from '../lab/execute.ts';
import type { BenchLab } from './benchLab.ts';
import { generateRepository } from './generateRepository.ts';
import { type Contestant, takeTurns } from './measure.ts';
import { printNotes, printRatio, printTarget, printTimings } from './report.ts';
import { pairwiseRatios, spreadOf } from './statistics.ts';

const rounds = { runs: 7, warmUps: 1 };
const objects = 500;
const changed = 10;
/** What the live diff is to beat `kubectl diff --server-side` by. */
const wanted = 5;

export async function run(lab: BenchLab): Promise<void> {
  const say = (line: string) => console.log(`  ${line}`);
  const plane = await startControlPlane({ install: true, say });
  try {
    const folder = join(lab.folder, 'live-diff');
    await generateRepository(folder, manifestFiles(), { remote: true });
    const environment = { ...lab.environment, KUBECONFIG: plane.kubeconfig };
    const apply = ['apply', '--server-side', '--filename', 'app'];
    await executeOrThrow('kubectl', ['create', 'namespace', 'bench'], { env: environment });
    await executeOrThrow('kubectl', apply, { cwd: folder, env: environment, timeout: 300 });
    await compare(lab, folder, environment, 0);
    await changeImages(folder);
    await compare(lab, folder, environment, changed);
  } finally {
    await plane.stop();
  }
}

async function compare(
  lab: BenchLab,
  folder: string,
  environment: Readonly<Record<string, string>>,
  differing: number,
): Promise<void> {
  const what =
    differing === 0 ? `${objects} objects, none differs` : `${objects} objects, ${differing} differ`;
  const contestant = (name: string, words: readonly [string, ...string[]], lines: RegExp): Contestant => ({
    name: `${name}, ${what}`,
    shown: words.join(' ').replace(lab.towline, 'towline'),
    // Both end with 1 for a difference.
    words: ['sh', '-c', '"$@"; test $? -le 1', 'sh', ...words],
    folder,
    environment,
    check(output) {
      const found = output.match(lines)?.length ?? 0;
      if (found !== differing) throw new Error(`it found ${found} changes:\n${output.slice(0, 2000)}`);
    },
  });
  const towline = ['--env', 'app', '--context', 'lab'] as const;
  const timings = await takeTurns(
    [
      contestant('Towline', [lab.towline, 'diff', ...towline], /^\+ +image: /gm),
      contestant('kubectl', ['kubectl', 'diff', '--server-side', '--filename', 'app'], /^\+ +image: /gm),
      contestant(
        'Towline, each object dry-run',
        [lab.towline, 'diff', '--thorough', ...towline],
        /^\+ +image: /gm,
      ),
    ],
    rounds,
  );
  printTimings(timings, rounds);
  const [ours, theirs, thorough] = timings;
  if (!ours || !theirs || !thorough) return;
  printRatio(theirs, ours, undefined, 'B/A');
  printRatio(theirs, thorough, undefined, 'B/C');
  const faster = spreadOf(pairwiseRatios(theirs.seconds, ours.seconds)).median;
  printTarget(`at least ${wanted} × as fast as kubectl (here ${faster.toFixed(1)} ×)`, faster >= wanted);
  const each = (spreadOf(thorough.seconds).median - spreadOf(ours.seconds).median) / (objects - differing);
  printNotes([
    `A dry run costs ${(each * 1000).toFixed(1)} ms of this machine, whose processors the API server shares with who asks it.`,
    'Towline asks for dry runs of what the books of the API server (managedFields) do not prove unchanged.',
    'It also reads the manifests of the branch from Git, which kubectl does not.',
  ]);
}

async function changeImages(folder: string): Promise<void> {
  const file = join(folder, 'app/all.yaml');
  const text = await readFile(file, 'utf8');
  let left = changed;
  await writeFile(
    file,
    text.replace(/(image: .*):v1$/gm, (line, image: string) => (left-- > 0 ? `${image}:v2` : line)),
  );
  await executeOrThrow('git', ['commit', '--quiet', '--all', '--message=Change images'], { cwd: folder });
  await executeOrThrow('git', ['push', '--quiet', 'origin', 'HEAD:main'], { cwd: folder });
}

/** Deployments that start no pods, their Services, and ConfigMaps. */
function* manifestFiles(): Generator<readonly [string, string]> {
  const documents = Array.from({ length: objects }, (_, index) => {
    const name = `app-${String(index).padStart(3, '0')}`;
    if (index % 5 === 4)
      return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: bench
data:
  level: info
  text: |
${'    a line of some text\n'.repeat(10)}`;
    if (index % 5 >= 2)
      return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: bench
spec:
  selector:
    app: ${name}
  ports:
    - name: http
      port: 80
      protocol: TCP
      targetPort: http
`;
    return deployment(name);
  });
  yield ['app/all.yaml', documents.join('---\n')];
}

function deployment(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: bench
  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/part-of: shop
spec:
  replicas: 0
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      automountServiceAccountToken: false
      containers:
        - name: main
          image: registry.test/shop/${name}:v1
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
          env:
            - name: LEVEL
              value: info
          readinessProbe:
            httpGet:
              path: /healthz
              port: http
          resources:
            requests:
              cpu: 20m
              memory: 48Mi
            limits:
              memory: 128Mi
`;
}
