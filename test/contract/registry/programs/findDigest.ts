import { createRegistry } from '../../../../src/adapters/registry/createRegistry.ts';
import { failureOf } from '../../../../src/domain/errors/towlineError.ts';

/** Prints the digest of an image, or the failure; for what is set by the environment of a whole process. */
const [registry = '', repository = '', reference = ''] = process.argv.slice(2);
const asking = createRegistry().findDigest(
  { registry, repository, reference },
  undefined,
  new AbortController().signal,
);
console.log(JSON.stringify(await asking.catch(failureOf)));
