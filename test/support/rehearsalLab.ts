import { execFileSync } from 'node:child_process';
import type { RehearsalEvent } from '../../src/domain/rehearsal/rehearsalEvent.ts';
import { assertExit, type CliPlace, type CliResult, startTowline, towline, waitUntil } from './cliProcess.ts';

/** Milliseconds in which a rehearsal is at any of its stages, on a machine that has much else to do. */
const rehearsalLimit = 200_000;

/** What a rehearsal with `--json` has said until now. */
export function eventsIn({ stdout }: { readonly stdout: string }): readonly RehearsalEvent[] {
  const whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as RehearsalEvent);
}

/** The first event of a type; throws with everything that was said where there is none. */
export function eventIn<T extends RehearsalEvent['type']>(
  result: CliResult,
  type: T,
): RehearsalEvent & { readonly type: T } {
  const found = eventsIn(result).find((event) => event.type === type);
  if (!found) throw new Error(`There is no ${type} in:\n${result.stdout}\n${result.stderr}`);
  return found as RehearsalEvent & { readonly type: T };
}

/** Starts a rehearsal and gives it when it has said so far; it goes on. */
export async function rehearseUntil(
  place: CliPlace,
  type: RehearsalEvent['type'],
  ...words: readonly string[]
) {
  const running = startTowline(place, 'rehearse', '--json', ...words);
  let ended = false;
  running.ended.then(
    () => {
      ended = true;
    },
    () => undefined,
  );
  const hasCome = (): boolean => {
    if (eventsIn(running).some((event) => event.type === type)) return true;
    if (ended) throw new Error(`It ended before ${type}:\n${running.stdout}\n${running.stderr}`);
    return false;
  };
  await waitUntil(`a rehearsal says ${type}`, hasCome, rehearsalLimit);
  return running;
}

/** The same place with the lab's cluster, which counts as local there by its user's word. */
export async function withCluster(place: CliPlace): Promise<CliPlace> {
  const KUBECONFIG = process.env.TOWLINE_LAB_KUBECONFIG ?? '';
  const local = { folder: place.folder, environment: { ...place.environment, KUBECONFIG } };
  assertExit(
    await towline(local, 'cluster', 'allow', kubectl('config', 'current-context').trim(), '--yes'),
    0,
  );
  return local;
}

/** Runs kubectl on the lab's cluster. */
export function kubectl(...words: readonly string[]): string {
  const env = { ...process.env, KUBECONFIG: process.env.TOWLINE_LAB_KUBECONFIG };
  return execFileSync('kubectl', words, { encoding: 'utf8', env });
}

/** Names of its namespaces. */
export function namespaces(): readonly string[] {
  return kubectl('get', 'namespaces', '--output=name')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.slice('namespace/'.length));
}
