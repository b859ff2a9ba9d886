import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Renderer } from '../../domain/rendering/rendering.ts';
import type { Processes } from '../ports/processes.ts';

export interface FoundRenderer {
  readonly renderer: Renderer;
  /** Program and its words, before what is rendered. */
  readonly command: readonly [string, ...string[]];
}

/** Words for each program that renders; nothing that would let manifests start programs is among them. */
const renderers = {
  kustomize: [
    { renderer: 'kustomize', program: 'kustomize', words: ['build'] },
    { renderer: 'kubectl', program: 'kubectl', words: ['kustomize'] },
  ],
  helm: [{ renderer: 'helm', program: 'helm', words: ['template', '--include-crds'] }],
} as const satisfies Record<
  string,
  readonly { renderer: Renderer; program: string; words: readonly string[] }[]
>;

/** The first program on PATH that renders a style. Throws `renderer-missing`. */
export function findRenderer(
  processes: Pick<Processes, 'find'>,
  style: keyof typeof renderers,
): FoundRenderer {
  for (const { renderer, program, words } of renderers[style]) {
    const path = processes.find(program);
    if (path !== undefined) return { renderer, command: [path, ...words] };
  }
  const names = renderers[style].map(({ program }) => program).join(' nor ');
  throw new TowlineError('renderer-missing', {
    why: `${style === 'helm' ? 'A chart needs helm' : `A kustomization needs kustomize or kubectl`}; there is no ${names} on PATH.`,
  });
}
