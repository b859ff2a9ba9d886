import { readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { Problem } from '../../domain/errors/problem.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Kubeconfig } from '../../domain/kubeconfig/kubeconfig.ts';
import { kubeconfigPaths } from '../../domain/kubeconfig/kubeconfigPaths.ts';
import { mergeKubeconfigs } from '../../domain/kubeconfig/mergeKubeconfigs.ts';
import { readKubeconfig } from '../../domain/kubeconfig/readKubeconfig.ts';

export interface KubernetesPlace {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute, native. */
  readonly homeFolder: string;
}

export interface LoadedKubeconfig {
  readonly config: Kubeconfig;
  /** Absolute paths */
  readonly files: readonly string[];
  readonly missing: readonly string[];
}

/** Text of a file, undefined when there is none. Throws `kubeconfig-invalid`. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new TowlineError('kubeconfig-invalid', { why: `${path} cannot be read (${code})`, cause: error });
  }
}

/** A kubeconfig that cannot be used, saying all that is wrong. */
export function invalidKubeconfig(problems: readonly [Problem, ...Problem[]]): TowlineError {
  const lines = problems.map(({ message, at }) =>
    at ? `${at.file}:${at.line}:${at.column}: ${message}` : message,
  );
  const [{ at }] = problems;
  return new TowlineError('kubeconfig-invalid', { why: lines.join('\n'), problems, ...(at ? { at } : {}) });
}

/**
 * The kubeconfig that kubectl would use. A missing file is fine, one that cannot be read throws `kubeconfig-invalid`.
 * Nothing else is ever used: no service account of a pod, no unsecured localhost.
 */
export function loadKubeconfig({ environment, homeFolder }: KubernetesPlace): LoadedKubeconfig {
  const homeFile = join(homeFolder, '.kube', 'config');
  const files: string[] = [];
  const missing: string[] = [];
  const configs: Kubeconfig[] = [];
  const problems: Problem[] = [];
  for (const path of kubeconfigPaths(environment, { delimiter, homeFile }).map((written) =>
    resolve(written),
  )) {
    const text = readText(path);
    if (text === undefined) {
      missing.push(path);
      continue;
    }
    const reading = readKubeconfig(text, path, (written) => resolve(dirname(path), written));
    problems.push(...reading.problems);
    if (reading.config) configs.push(reading.config);
    files.push(path);
  }
  const [first, ...rest] = problems;
  if (first) throw invalidKubeconfig([first, ...rest]);
  return { config: mergeKubeconfigs(configs), files, missing };
}
