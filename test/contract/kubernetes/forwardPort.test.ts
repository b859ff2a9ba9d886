import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { proofOf } from '../../support/clusterContract.ts';
import { fakeKinds } from '../../support/fakeKinds.ts';
import { useLabNamespace } from '../../support/labNamespace.ts';
import { startPod } from '../../support/runningPod.ts';

/** Says its pod's name and the first line it was sent. */
const program = `require('node:http')
  .createServer((request, response) => response.end(process.env.HOSTNAME + ' ' + request.url))
  .listen(8080)`;

describe('a port of a pod on a real cluster', function () {
  this.timeout(90_000);
  const lab = useLabNamespace();
  const { signal } = new AbortController();

  it('answers on this machine, and through the same local port when another pod has taken its place', async () => {
    const { clusters, context, namespace } = await lab.open();
    const writes = clusters.openForWriting(proofOf(clusters, context));
    const reads = clusters.connect(context);

    const start = (name: string): Promise<void> =>
      startPod({ clusters, context, namespace }, name, {
        container: {
          command: ['node', '-e', program],
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
        },
      });

    await start('one');
    let pod = 'one';
    const failures: unknown[] = [];
    const forward = await reads.forwardPort(
      {
        localPort: 0,
        choose: async () => ({ namespace, pod, port: 8080 }),
        onFailure: (error) => failures.push(error),
      },
      signal,
    );
    try {
      const ask = async (path: string) => (await fetch(`http://127.0.0.1:${forward.port}${path}`)).text();
      assert.equal(await ask('/first'), 'one /first');
      assert.deepEqual(await Promise.all(['/a', '/b', '/c'].map(ask)), ['one /a', 'one /b', 'one /c']);
      await writes.delete(fakeKinds.pods, namespace, 'one', {}, signal);
      pod = 'two';
      await start('two');
      const socket = connect(forward.port, '127.0.0.1');
      socket.end('GET /after HTTP/1.0\r\n\r\n');
      let answer = '';
      for await (const chunk of socket) answer += chunk;
      assert.match(answer, /two \/after$/);
    } finally {
      forward.dispose();
      reads.dispose();
    }
    await assert.rejects(fetch(`http://127.0.0.1:${forward.port}/`));
    assert.deepEqual(failures, []);
  });
});
