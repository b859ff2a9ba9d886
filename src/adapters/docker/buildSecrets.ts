import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { BuildSecret } from '../../domain/workspace/service.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A secret whose source was seen to exist; its value is read as late as possible and kept nowhere. */
export type FoundSecret = { readonly id: string } & (
  | { readonly path: string }
  | { readonly variable: string }
);

/** Throws `secret-missing` naming the variable or the file. */
export function findSecret(
  { id, source }: BuildSecret,
  repositoryFolder: string,
  environment: Environment,
): FoundSecret {
  if ('environment' in source) {
    if (environment[source.environment] !== undefined) return { id, variable: source.environment };
    throw new TowlineError('secret-missing', {
      why: `secret ${id}: environment variable ${source.environment} is not set`,
    });
  }
  const path = resolve(repositoryFolder, source.file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return { id, path };
  throw new TowlineError('secret-missing', { why: `secret ${id}: ${path} is not a file` });
}
