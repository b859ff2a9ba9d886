import { dirname, isAbsolute, resolve } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { CredentialPlugin, KubeconfigUser } from '../../domain/kubeconfig/kubeconfig.ts';
import type { ContextSelection } from '../../domain/kubeconfig/selectContext.ts';
import { fieldsOf, textOf, timeOf } from '../../domain/kubernetes/objectFields.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { Processes } from '../../engine/ports/processes.ts';
import type { ClusterCredentials } from './credentials.ts';

/** Milliseconds: some open a browser and wait for somebody to sign in. */
const timeLimit = 60_000;

/** Words of the program that are shown when it fails. */
const shownWords = 2000;

/**
 * Runs the program of a kubeconfig user and takes the credentials it prints. It gets no terminal, no shell and no standard
 * input: https://kubernetes.io/docs/reference/config-api/client-authentication.v1. Throws `credential-plugin-failed`.
 */
export async function runCredentialPlugin(
  { cluster, user }: ContextSelection & { readonly user: KubeconfigUser },
  plugin: CredentialPlugin,
  processes: Processes,
  signal: AbortSignal,
): Promise<ClusterCredentials> {
  const failed = (why: string, next?: string): TowlineError =>
    new TowlineError('credential-plugin-failed', {
      why: `${plugin.command} of user ${JSON.stringify(user.name)} (${user.at.file}:${user.at.line}): ${why}`,
      ...(next === undefined ? {} : { next }),
    });
  if (plugin.interactiveMode === 'Always')
    throw failed(
      'it wants a terminal, and here is none',
      'Sign in with it in a terminal, or use another context.',
    );
  const folder = dirname(resolve(user.at.file));
  // A name is looked up on PATH; a path is relative to the kubeconfig that names it.
  const program =
    /[\\/]/.test(plugin.command) && !isAbsolute(plugin.command)
      ? resolve(folder, plugin.command)
      : plugin.command;
  const hint = plugin.installHint === undefined ? undefined : visibleText(plugin.installHint);
  if (program === plugin.command && !isAbsolute(program) && processes.find(program) === undefined)
    throw failed(`it was not found on PATH (${processes.environment.PATH ?? 'not set'})`, hint);

  const spec = {
    interactive: false,
    ...(plugin.provideClusterInfo ? { cluster: clusterInfo(cluster) } : {}),
  };
  const info = { apiVersion: plugin.apiVersion, kind: 'ExecCredential', spec };
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(processes.environment))
    if (value !== undefined) environment[name] = value;
  for (const { name, value } of plugin.env) environment[name] = value;
  environment.KUBERNETES_EXEC_INFO = JSON.stringify(info);

  const limit = AbortSignal.timeout(timeLimit);
  let printed = '';
  let said = '';
  let exitCode: number | undefined;
  try {
    const request = {
      command: [program, ...plugin.args] as const,
      folder,
      environment,
      onOutput: (text: string, stream: 'stdout' | 'stderr') => {
        if (stream === 'stdout') printed += text;
        else said += text;
      },
    };
    exitCode = (await processes.run(request, AbortSignal.any([signal, limit]))).exitCode;
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) throw failed(`it did not end within ${timeLimit / 1000} s`);
    if (TowlineError.is(error, 'command-not-found')) throw failed(error.failure.why, hint);
    throw error;
  }
  // What it prints is a secret; what it says beside is not.
  if (exitCode !== 0)
    throw failed(
      `it ended with exit code ${exitCode ?? 'of a signal'}: ${visibleText(said.trim()).slice(-shownWords)}`,
      hint,
    );
  return readCredential(printed, plugin, failed);
}

function readCredential(
  printed: string,
  { apiVersion }: CredentialPlugin,
  failed: (why: string) => TowlineError,
): ClusterCredentials {
  let object: unknown;
  try {
    object = JSON.parse(printed);
  } catch {
    throw failed('what it printed is not JSON');
  }
  const credential = fieldsOf(object);
  if (credential.kind !== 'ExecCredential' || credential.apiVersion !== apiVersion)
    throw failed(
      `it printed ${String(credential.kind)} of ${String(credential.apiVersion)}, not ExecCredential of ${apiVersion}`,
    );
  const status = fieldsOf(credential.status);
  const token = textOf(status.token);
  const certificate = textOf(status.clientCertificateData);
  const key = textOf(status.clientKeyData);
  if ((certificate === undefined) !== (key === undefined))
    throw failed('it printed a client certificate and key of which one is missing');
  if (token === undefined && certificate === undefined)
    throw failed('it printed neither a token nor a certificate');
  const expires = timeOf(status.expirationTimestamp);
  return {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    secrets: [token, key].filter((secret) => secret !== undefined),
    ...(certificate === undefined ? {} : { certificate: Buffer.from(certificate) }),
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
    ...(expires === undefined ? {} : { expires }),
    renewable: true,
  };
}

function clusterInfo(cluster: ContextSelection['cluster']): object {
  const { server, tlsServerName, insecureSkipTlsVerify, certificateAuthorityData, proxyUrl } = cluster;
  return {
    server,
    'insecure-skip-tls-verify': insecureSkipTlsVerify,
    ...(tlsServerName === undefined ? {} : { 'tls-server-name': tlsServerName }),
    ...(certificateAuthorityData === undefined
      ? {}
      : { 'certificate-authority-data': certificateAuthorityData }),
    ...(proxyUrl === undefined ? {} : { 'proxy-url': proxyUrl }),
  };
}
