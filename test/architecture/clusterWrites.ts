import { transform } from 'esbuild';
import type { SourceFile } from './sources.ts';

/** The guard's folder: it alone asks the port for something that can change a cluster. */
const guard = 'src/engine/locality/';
const adapter = 'src/adapters/kubernetes/';
/** Where the port's method stands without being called. */
const declarations = ['src/engine/ports/clusters.ts', `${adapter}createClusters.ts`];

/** Modules with verbs of HTTP that could change something. Those that do are reached through `createWrites` alone. */
export const modulesWithVerbs: Readonly<Record<string, 'changes' | 'changes nothing'>> = {
  [`${adapter}askWithoutEffect.ts`]: 'changes nothing',
  [`${adapter}connectToPorts.ts`]: 'changes nothing',
  [`${adapter}changeObjects.ts`]: 'changes',
  [`${adapter}runInContainer.ts`]: 'changes',
};

/** Who may load what opens, makes or sends writes. */
const loadedBy: Readonly<Record<string, readonly string[]>> = {
  [`${adapter}createWrites.ts`]: [`${adapter}createClusters.ts`],
  ...Object.fromEntries(
    Object.entries(modulesWithVerbs)
      .filter(([, effect]) => effect === 'changes')
      .map(([path]) => [path, [`${adapter}createWrites.ts`]]),
  ),
  'src/engine/locality/createLocalClusters.ts': ['src/engine/createEngine.ts'],
};

/** Programs that write to clusters, and who may name them; none of those says a word that changes anything. */
const programs: Readonly<Record<string, readonly string[]>> = {
  kubectl: ['src/engine/doctor/diagnose.ts', 'src/engine/rendering/'],
  helm: ['src/engine/doctor/diagnose.ts', 'src/engine/rendering/'],
  oc: [],
  argocd: [],
  flux: [],
  skaffold: [],
  tilt: [],
};
const changing =
  'annotate|apply|autoscale|cordon|create|debug|delete|drain|edit|exec|expose|install|label|patch|replace|rollback|rollout|run|scale|set|sync|taint|uncordon|uninstall|upgrade';

/** One sentence for each place that could change a cluster past the guard. */
export async function findUnguardedWrites(sources: readonly SourceFile[]): Promise<readonly string[]> {
  const found = await Promise.all(
    sources.map(async (source) => {
      const { code } = await transform(source.text, { loader: 'ts', charset: 'utf8', legalComments: 'none' });
      return [
        ...findOpening(source.path, code),
        ...findVerbs(source.path, code),
        ...findPrograms(source.path, code),
        ...findLoading(source),
      ];
    }),
  );
  return found.flat();
}

function findOpening(path: string, code: string): readonly string[] {
  if (path.startsWith(guard) || declarations.includes(path) || !/\bopenForWriting\b/.test(code)) return [];
  return [`${path} names openForWriting, which is the guard's alone`];
}

function findVerbs(path: string, code: string): readonly string[] {
  if (!path.startsWith(adapter) || path in modulesWithVerbs) return [];
  const verbs = [...code.matchAll(/["'`](POST|PUT|PATCH|DELETE)["'`]/gi)].map(([, verb]) => verb);
  return verbs.length === 0 ? [] : [`${path} sends ${[...new Set(verbs)].join(', ')}`];
}

function findPrograms(path: string, code: string): readonly string[] {
  const found: string[] = [];
  for (const [name, allowed] of Object.entries(programs)) {
    // A program is a word of its own in an argument array; in a shell's line it has a word after it.
    // In the domain, which runs nothing, it is the name of a style or an agent.
    const named = !path.startsWith('src/domain/') && new RegExp(`(["'\`])${name}(?:\\.exe)?\\1`).test(code);
    if (named && !allowed.some((place) => path.startsWith(place)))
      found.push(`${path} names the program ${name}`);
    if (named && new RegExp(`(["'\`])(?:${changing})\\1`).test(code))
      found.push(`${path} names ${name} and a word that changes a cluster`);
    if (new RegExp(`\\b${name}\\s+(?:-\\S+\\s+(?:[^-\\s]\\S*\\s+)?)*(?:${changing})\\b`).test(code))
      found.push(`${path} has a command line that changes a cluster with ${name}`);
  }
  return found;
}

function findLoading({ path, imports }: SourceFile): readonly string[] {
  return imports.flatMap(({ target, kind }) => {
    if (target.startsWith('@kubernetes/')) return [`${path} imports ${target}, which can write by itself`];
    const allowed = loadedBy[target];
    if (kind === 'type' || allowed === undefined || allowed.includes(path)) return [];
    return [`${path} imports ${target}, which only ${allowed.join(', ')} may`];
  });
}
