import { TowlineError } from '../../domain/errors/towlineError.ts';

/** What Towline reads of Docker's `config.json`; everything else in it is left alone. */
export interface DockerConfig {
  readonly currentContext?: string;
  /** Helper names by registry host. */
  readonly credHelpers: Readonly<Record<string, string>>;
  readonly credsStore?: string;
  /** Raw entries by registry key. */
  readonly auths: Readonly<Record<string, unknown>>;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON object in one of Docker's own files. Throws `engine-config-invalid` naming the file. */
export function readDockerJson(text: string, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (isRecord(value)) return value;
  } catch (error) {
    // The parser's own message may quote the text, and with it a credential.
    throw new TowlineError('engine-config-invalid', {
      why: `${path} is not JSON${positionIn(error)}`,
    });
  }
  throw new TowlineError('engine-config-invalid', { why: `${path} holds no JSON object` });
}

function positionIn(error: unknown): string {
  const position = error instanceof Error ? /at position \d+|line \d+ column \d+/.exec(error.message) : null;
  return position ? ` (${position[0]})` : '';
}

/** Reads the text of a `config.json`; no text means no such file, which is fine. */
export function readDockerConfig(text: string | undefined, path: string): DockerConfig {
  const value = text === undefined || text.trim() === '' ? {} : readDockerJson(text, path);
  const { currentContext, credsStore, credHelpers, auths } = value;
  return {
    ...(typeof currentContext === 'string' && currentContext !== '' ? { currentContext } : {}),
    ...(typeof credsStore === 'string' && credsStore !== '' ? { credsStore } : {}),
    credHelpers: isRecord(credHelpers)
      ? Object.fromEntries(
          Object.entries(credHelpers).filter(
            (entry): entry is [string, string] => typeof entry[1] === 'string',
          ),
        )
      : {},
    auths: isRecord(auths) ? auths : {},
  };
}
