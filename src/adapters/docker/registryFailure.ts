import { TowlineError } from '../../domain/errors/towlineError.ts';
import { splitRepository } from '../../domain/images/imageReference.ts';

const denied =
  /unauthorized|authentication required|no basic auth credentials|denied|forbidden|incorrect username or password|status(?: code)?:? 40[13]\b|invalid_token|insufficient_scope/i;
const unreachable =
  /dial tcp|dial unix|no such host|connection refused|connection reset|i\/o timeout|Client\.Timeout|deadline exceeded|TLS handshake|x509:|HTTP response to HTTPS client|network is unreachable|no route to host|server misbehaving|: EOF$/i;
const missing = /manifest unknown|not found|pull access denied|no match for platform|does not exist/i;

/** What an engine's words about a registry mean; they are the only thing it tells. */
export function registryFailure(action: 'push' | 'pull', reference: string, message: string): TowlineError {
  const why = `${action} of ${reference}: ${message.trim()}`;
  if (unreachable.test(message)) return new TowlineError('registry-unreachable', { why });
  // A pull of what is not there reads "access denied ... or may require login" on Docker Hub.
  if (action === 'pull' && missing.test(message)) return new TowlineError('base-image-missing', { why });
  if (denied.test(message))
    return new TowlineError('registry-denied', {
      why,
      registry: splitRepository(reference).registry ?? 'docker.io',
    });
  return new TowlineError('registry-failed', { why });
}
