import { TowlineError } from '../../domain/errors/towlineError.ts';

export interface BuildFailureFacts {
  /** The engine's own words. */
  readonly message: string;
  /** Absolute path, for positions. */
  readonly dockerfile: string;
  readonly failed: { readonly name: string; readonly error: string } | undefined;
  readonly lastLines: readonly string[];
}

/** Where BuildKit and the classic builder name the line of a parse error. */
const parseError = /dockerfile parse error (?:on )?line (\d+): (.*)/is;
/** Errors about the Dockerfile as a whole. */
const wholeFileErrors =
  /no build stage in current context|Dockerfile cannot be empty|file with no instructions|target stage .* could not be found|base name \(.*\) should not be blank|failed to parse stage name|circular dependency|Build error: Unknown instruction|target .* was not found in the provided Dockerfile/i;
const baseImageStep =
  /^(?:\[[^\]]*\] )?(?:\[internal\] )?(?:load metadata for|resolve image config for) (?:docker-image:\/\/)?(\S+)/;
const baseImageRequest = /(?:Head|Get) "?https?:\/\/([^/]+)\/v2\/([^"]+?)\/(?:manifests|blobs)\/([^"/\s]+)/;
const baseImageNamed =
  /(?:failed to resolve source metadata for |pull access denied for |manifest for |initializing source docker:\/\/)([^\s:,]+(?::[\w.-]+)?(?:\/[^\s,]+)?)/;
const unsupported =
  /mountinput dest:|no active sessions|requires? BuildKit|unsupported frontend|the --mount option|unknown flag: mount|--mount=type/i;

function withoutWrapping(message: string): string {
  return message
    .replace(
      /^(?:failed to (?:solve(?: with frontend \S+)?|create LLB definition|read dockerfile)|rpc error: code = \w+ desc =|ERROR)[:\s]+/i,
      '',
    )
    .trim();
}

function unwrap(message: string): string {
  let text = message.trim();
  for (let next = withoutWrapping(text); next !== text; next = withoutWrapping(text)) text = next;
  return text;
}

function missingBaseImage({ message, failed }: BuildFailureFacts): string | undefined {
  const step = failed && baseImageStep.exec(failed.name);
  if (step?.[1]) return step[1].replace(/^docker\.io\/library\//, '').replace(/^docker\.io\//, '');
  const request = baseImageRequest.exec(message);
  if (request) {
    const [, registry = '', repository = '', reference = ''] = request;
    const host = registry === 'registry-1.docker.io' ? '' : `${registry}/`;
    return `${host}${repository.replace(/^library\//, '')}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
  }
  return baseImageNamed.exec(message)?.[1]?.replace(/:$/, '');
}

function exitCodeIn(message: string): string {
  const code = /exit code:? (\d+)|returned a non-zero code: (\d+)/.exec(message);
  return code ? ` ended with exit code ${code[1] ?? code[2]}` : ` failed: ${unwrap(message)}`;
}

/** What a build that the engine refused or broke off means for the user. */
export function buildFailure(facts: BuildFailureFacts): TowlineError {
  const { message, dockerfile, failed, lastLines } = facts;
  const parsed = parseError.exec(message);
  if (parsed || wholeFileErrors.test(message)) {
    return new TowlineError('dockerfile-invalid', {
      why: `${dockerfile}: ${parsed?.[2]?.trim() ?? unwrap(message)}`,
      at: { file: dockerfile, line: Number(parsed?.[1] ?? 1), column: 1 },
    });
  }
  const image = missingBaseImage(facts);
  if (image) return new TowlineError('base-image-missing', { why: `${image}: ${unwrap(message)}` });
  if (unsupported.test(message)) return new TowlineError('engine-unsupported', { why: unwrap(message) });
  const lines = [
    failed ? `${failed.name}${exitCodeIn(message)}` : unwrap(message),
    ...lastLines.map((line) => `  ${line}`),
  ];
  return new TowlineError('build-failed', { why: lines.join('\n') });
}
