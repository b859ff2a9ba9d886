import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { ClusterWrites, ExecInput } from '../../../src/engine/ports/clusters.ts';
import { type ClusterContract, hasCode, proofOf } from '../../support/clusterContract.ts';
import { useLabNamespace } from '../../support/labNamespace.ts';
import { startPod } from '../../support/runningPod.ts';

describe('a program in a container of a real cluster', function () {
  this.timeout(90_000);
  const lab = useLabNamespace();
  const { signal } = new AbortController();
  let contract: ClusterContract;
  let writes: ClusterWrites;

  beforeEach(async () => {
    contract = await lab.open();
    const { clusters, context } = contract;
    writes = clusters.openForWriting(proofOf(clusters, context));
    await startPod(contract, 'one');
  });

  /** Runs a shell's line to its end. */
  async function run(
    line: string,
    options: {
      readonly tty?: boolean;
      readonly onReady?: (input: ExecInput) => void;
      readonly onText?: (text: string) => void;
      readonly container?: string;
      readonly signal?: AbortSignal;
    } = {},
  ) {
    const chunks = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
    const place = { namespace: contract.namespace, pod: 'one', container: options.container ?? 'main' };
    const exitCode = await writes.exec(
      place,
      ['sh', '-c', line],
      { tty: options.tty === true },
      {
        onOutput(bytes, stream) {
          chunks[stream].push(bytes);
          options.onText?.(Buffer.from(bytes).toString());
        },
        ...(options.onReady ? { onReady: options.onReady } : {}),
      },
      options.signal ?? signal,
    );
    const stdout = Buffer.concat(chunks.stdout);
    return { exitCode, stdout, text: stdout.toString(), stderr: Buffer.concat(chunks.stderr).toString() };
  }

  it('gives its exit code and its two outputs apart', async () => {
    assert.deepEqual(pick(await run('echo out; echo err >&2')), [0, 'out\n', 'err\n']);
    assert.deepEqual(pick(await run('echo "$0 $HOME"; exit 3')), [3, 'sh /root\n', '']);
    assert.deepEqual(pick(await run('kill -9 $$')), [137, '', '']);
  });

  it('reads its input to the end', async () => {
    const onReady = (input: ExecInput): void => {
      input.write(Buffer.from('grö'));
      input.write(Buffer.from('ße\n'));
      input.end();
    };
    assert.deepEqual(pick(await run('cat; echo end', { onReady })), [0, 'größe\nend\n', '']);
  });

  it('has no input when nobody gives it any', async () => {
    assert.deepEqual(pick(await run('cat; echo end')), [0, 'end\n', '']);
  });

  it('hands on every byte of much output and input', async () => {
    const size = 8 * 1024 * 1024;
    const bytes = Buffer.alloc(size, 'Towline carries bytes\0\xff', 'latin1');
    const onReady = (input: ExecInput): void => {
      input.write(bytes);
      input.end();
    };
    const { stdout, exitCode } = await run('cat', { onReady });
    assert.equal(exitCode, 0);
    assert.equal(hash(stdout), hash(bytes));
  });

  it('sees a terminal, its size and how that changes, and Ctrl-C', async () => {
    let input: ExecInput | undefined;
    let seen = '';
    const result = await run(
      'trap "echo interrupted; exit 7" INT; tty; stty size; echo ready; while true; do sleep 0.1; stty size; done',
      {
        tty: true,
        onReady(given) {
          input = given;
          given.resize(91, 31);
        },
        onText(text) {
          const before = seen;
          seen += text;
          if (!before.includes('31 91') && seen.includes('31 91')) input?.resize(120, 40);
          if (!before.includes('40 120') && seen.includes('40 120')) input?.write(Buffer.from([3]));
        },
      },
    );
    assert.equal(result.exitCode, 7);
    assert.equal(result.stderr, '');
    assert.match(result.text, /\/dev\/pts\/\d+\r\n/);
    assert.match(result.text, /31 91\r\n[\s\S]*40 120\r\n[\s\S]*interrupted\r\n$/);
  });

  it('cannot be run when it is not there, or its container is not', async () => {
    const place = { namespace: contract.namespace, pod: 'one', container: 'main' };
    const silent = { onOutput: () => undefined };
    const missing = writes.exec(place, ['/no/such/program'], { tty: false }, silent, signal);
    // Docker counts as a shell does; containerd fails to start it.
    const end = await missing.catch((error: unknown) => error);
    if (end instanceof Error) hasCode('cluster-failed')(end);
    else assert.ok(end === 126 || end === 127, String(end));
    await assert.rejects(run('true', { container: 'nobody' }), hasCode('cluster-failed', 'object-invalid'));
  });

  it('rejects with the reason of whoever cancels it', async () => {
    const cancelling = new AbortController();
    const reason = new Error('enough');
    const running = run('echo started; sleep 60', {
      signal: cancelling.signal,
      onText: () => cancelling.abort(reason),
    });
    await assert.rejects(running, reason);
  });

  it('is said to be cut off when its pod goes', async () => {
    const running = run('echo started; sleep 60', {
      onText: () => {
        const kind = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
        void writes.delete(kind, contract.namespace, 'one', {}, signal);
      },
    });
    const end = await running.catch((error: unknown) => error);
    // The runtime may still tell that it was killed.
    if (end instanceof Error) hasCode('cluster-unreachable', 'cluster-failed')(end);
    else assert.notEqual((end as { exitCode: number }).exitCode, 0);
  });
});

function pick({ exitCode, text, stderr }: { exitCode: number; text: string; stderr: string }) {
  return [exitCode, text, stderr];
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
