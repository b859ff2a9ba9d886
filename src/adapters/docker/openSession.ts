import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerDuplexStream, ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import type { Credential } from '../../engine/ports/credentials.ts';
import type { FoundSecret } from './buildSecrets.ts';
import { upgradeConnection } from './dialEngine.ts';
import type { DockerClient } from './dockerClient.ts';
import { inSendingOrder, type SentFile, sendFolder } from './sendFolder.ts';
import { readFirstString, writeFields } from './sessionMessages.ts';

/** What BuildKit may ask this process for while it builds. */
export interface SessionContent {
  /** Files by BuildKit's name for their folder: `context` and `dockerfile`. */
  readonly folders: Readonly<Record<string, readonly SentFile[]>>;
  readonly secrets: readonly FoundSecret[];
  /** By registry host; Docker Hub is `docker.io`. */
  readonly credentials: Readonly<Record<string, Credential>>;
}

export interface Session {
  readonly id: string;
  /** Why a folder could not be sent, when it could not. */
  failure(): unknown;
  close(): void;
}

const hubHosts = ['registry-1.docker.io', 'index.docker.io', 'https://index.docker.io/v1/'];

/** gRPC methods of BuildKit's session that are served here. */
const methods = {
  health: '/grpc.health.v1.Health/Check',
  credentials: '/moby.filesync.v1.Auth/Credentials',
  secret: '/moby.buildkit.secrets.v1.Secrets/GetSecret',
  folder: '/moby.filesync.v1.FileSync/DiffCopy',
} as const;

const same = (bytes: Buffer) => bytes;

function describeMethod(path: string, stream: boolean) {
  return {
    path,
    requestStream: stream,
    responseStream: stream,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

type UnaryCall = ServerUnaryCall<Buffer, Buffer>;

/**
 * Opens a session: a connection on which the engine calls back for files, secrets and credentials, so that none
 * of them is stored or sent before it is asked for. Each credential goes to its own host only.
 */
export async function openSession(
  client: DockerClient,
  content: SessionContent,
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  signal: AbortSignal,
): Promise<Session> {
  const [{ default: grpc }, { default: protobuf }] = await Promise.all([
    import('@grpc/grpc-js'),
    import('protobufjs/minimal.js'),
  ]);
  const id = randomUUID();
  const headers = {
    'X-Docker-Expose-Session-Uuid': id,
    'X-Docker-Expose-Session-Name': 'towline',
    // Of its own, so that the engine compares with no earlier context: it would go by size and time alone.
    'X-Docker-Expose-Session-Sharedkey': id,
    'X-Docker-Expose-Session-Grpc-Method': Object.values(methods),
    Upgrade: 'h2c',
  };
  const socket = await upgradeConnection(client.api(signal), { method: 'POST', path: '/session', headers });
  // What a lost connection means, the build's own stream tells.
  socket.on('error', () => undefined);

  let failure: unknown;
  const server = new grpc.Server();
  server.addService(
    { check: describeMethod(methods.health, false) },
    // `SERVING`; BuildKit drops a session that does not say so every second.
    { check: (_call: UnaryCall, answer: sendUnaryData<Buffer>) => answer(null, Buffer.from([8, 1])) },
  );
  server.addService(
    { credentials: describeMethod(methods.credentials, false) },
    {
      credentials({ request }: UnaryCall, answer: sendUnaryData<Buffer>) {
        const host = readFirstString(protobuf, request);
        const credential = content.credentials[hubHosts.includes(host) ? 'docker.io' : host];
        const [name, secret] = !credential
          ? ['', '']
          : credential.kind === 'basic'
            ? [credential.username, credential.password]
            : ['', credential.token];
        answer(null, writeFields(protobuf, [name, secret]));
      },
    },
  );
  server.addService(
    { secret: describeMethod(methods.secret, false) },
    {
      secret({ request }: UnaryCall, answer: sendUnaryData<Buffer>) {
        const wanted = readFirstString(protobuf, request);
        const secret = content.secrets.find((found) => found.id === wanted);
        if (!secret) return answer({ code: grpc.status.NOT_FOUND, details: `secret ${wanted} not found` });
        try {
          const value =
            'path' in secret ? readFileSync(secret.path) : Buffer.from(environment[secret.variable] ?? '');
          answer(null, writeFields(protobuf, [value]));
        } catch {
          answer({ code: grpc.status.NOT_FOUND, details: `secret ${wanted} cannot be read` });
        }
      },
    },
  );
  server.addService(
    { folder: describeMethod(methods.folder, true) },
    {
      folder(call: ServerDuplexStream<Buffer, Buffer>) {
        const name = String(call.metadata.get('dir-name')[0] ?? '');
        // A look for .dockerignore finds none: the files are selected already.
        const follows = call.metadata.get('followpaths').map(String);
        const isLook =
          name === 'context' && follows.length > 0 && follows.every((path) => path.endsWith('.dockerignore'));
        const files = isLook ? [] : (content.folders[name] ?? []);
        sendFolder(call, inSendingOrder(files), protobuf, platform).then(
          () => call.end(),
          (error: unknown) => {
            failure ??= error;
            call.emit('error', { code: grpc.status.ABORTED, details: 'the context cannot be read' });
          },
        );
      },
    },
  );
  server.createConnectionInjector(grpc.ServerCredentials.createInsecure()).injectConnection(socket);
  return {
    id,
    failure: () => failure,
    close() {
      server.forceShutdown();
      socket.destroy();
    },
  };
}
