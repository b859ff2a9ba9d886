import type { SourcePosition } from '../errors/problem.ts';

/** Something that manifests refer to and whose images are therefore not known. */
export interface NotLookedAt {
  readonly what: string;
  readonly why:
    | 'remote'
    | 'missing'
    | 'outside the repository'
    | 'a chart'
    | 'a kustomization of its own'
    | 'made by a plugin'
    | 'a symbolic link'
    | 'a submodule';
  readonly at?: SourcePosition;
}
