import { createSocket, type RemoteInfo } from 'node:dgram';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { createInterface } from 'node:readline';

/*
 * Names of the one-node test cluster: node dns.ts KUBECONFIG ADDRESS. Answers `<service>.<namespace>.svc.cluster.local`
 * (a headless service: its ready endpoints) and hands everything else to the machine's own name server.
 */

interface NamedObject {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion: string };
  readonly spec?: { readonly clusterIP?: string };
  readonly subsets?: readonly { readonly addresses?: readonly { readonly ip: string }[] }[];
}

const [, , kubeconfigFile = '', address = ''] = process.argv;
const kubeconfig = JSON.parse(readFileSync(kubeconfigFile, 'utf8'));
const server = new URL(kubeconfig.clusters[0].cluster.server);
const access = {
  hostname: server.hostname,
  port: server.port,
  ca: Buffer.from(kubeconfig.clusters[0].cluster['certificate-authority-data'], 'base64'),
  headers: { authorization: `Bearer ${kubeconfig.users[0].user.token}` },
};
const upstream = /^nameserver\s+(\S+)/m.exec(readFileSync('/etc/resolv.conf', 'utf8'))?.[1] ?? '127.0.0.1';
const pauseAfterFailure = 500;
const answerTimeLimit = 5000;
const addressRecord = 1;

function ask(path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ ...access, path }, resolve).once('error', reject);
  });
}

/** The objects of a kind as they are now, for as long as the process lives. */
function follow(kind: 'services' | 'endpoints'): Map<string, NamedObject> {
  const objects = new Map<string, NamedObject>();
  const keyOf = ({ metadata }: NamedObject): string => `${metadata.name}.${metadata.namespace}`;

  async function read(): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of await ask(`/api/v1/${kind}`)) chunks.push(chunk);
    const list = JSON.parse(Buffer.concat(chunks).toString());
    objects.clear();
    for (const object of list.items) objects.set(keyOf(object), object);
    const watched = await ask(`/api/v1/${kind}?watch=1&resourceVersion=${list.metadata.resourceVersion}`);
    for await (const line of createInterface({ input: watched })) {
      const { type, object } = JSON.parse(line);
      if (type === 'ERROR') return;
      if (type === 'DELETED') objects.delete(keyOf(object));
      else objects.set(keyOf(object), object);
    }
  }

  const again = (): void =>
    void read()
      .catch(() => undefined)
      .then(() => setTimeout(again, pauseAfterFailure));
  again();
  return objects;
}

const services = follow('services');
const endpoints = follow('endpoints');
const socket = createSocket('udp4');

function addressesOf(name: string): readonly string[] | undefined {
  const key = name.replace(/\.svc\.cluster\.local$/, '');
  const service = services.get(key);
  if (!service) return undefined;
  const { clusterIP } = service.spec ?? {};
  if (clusterIP !== undefined && clusterIP !== 'None') return [clusterIP];
  return (endpoints.get(key)?.subsets ?? []).flatMap(({ addresses }) =>
    (addresses ?? []).map(({ ip }) => ip),
  );
}

function forward(question: Buffer, from: RemoteInfo): void {
  const out = createSocket('udp4');
  const limit = setTimeout(() => out.close(), answerTimeLimit);
  const done = (): void => {
    clearTimeout(limit);
    out.close();
  };
  out.once('message', (answer) => {
    socket.send(answer, from.port, from.address);
    done();
  });
  out.once('error', done);
  out.send(question, 53, upstream);
}

socket.on('message', (question, from) => {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const name = labels.join('.').toLowerCase();
  if (!name.endsWith('.cluster.local')) {
    forward(question, from);
    return;
  }
  const known = addressesOf(name);
  const found = question.readUInt16BE(at + 1) === addressRecord ? (known ?? []) : [];
  const head = Buffer.from(question.subarray(0, 12));
  // An authoritative answer; "no such name" where the service does not exist.
  head.writeUInt16BE(0x8580 | (known ? 0 : 3), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(found.length, 6);
  head.writeUInt32BE(0, 8);
  const records = found.map((ip) =>
    // The name by its place in the question, an address of the internet, five seconds, four bytes.
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...ip.split('.').map(Number)]),
  );
  socket.send(Buffer.concat([head, question.subarray(12, at + 5), ...records]), from.port, from.address);
});
socket.bind(53, address);
