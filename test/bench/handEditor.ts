import { execute } from '../lab/execute.ts';

/** A program that sets an image in a kustomization, as people have it. */
export interface HandEditor {
  readonly version: string;
  /** A shell line that sets the exported `$tag` and `$digest` of an image in `kustomization.yaml` of the current folder. */
  edit(image: string): string;
}

/** kustomize where it is installed, else yq (either of the two programs of that name), else sed. */
export async function findHandEditor(): Promise<{
  readonly editor: HandEditor;
  readonly missing: readonly string[];
}> {
  const kustomize = await execute('kustomize', ['version']);
  if (kustomize.code === 0)
    return {
      missing: [],
      editor: {
        version: `kustomize ${kustomize.stdout.trim()}`,
        edit: (image) => `kustomize edit set image ${image}=${image}:$tag@$digest`,
      },
    };
  const yq = await execute('yq', ['--version']);
  if (yq.code === 0) {
    // Two programs have this name: one in Go, and one in Python around jq.
    const byGo = yq.stdout.includes('mikefarah');
    const [flags, tag, digest] = byGo
      ? ['-i', 'strenv(tag)', 'strenv(digest)']
      : ['-i -y', 'env.tag', 'env.digest'];
    return {
      missing: ['kustomize'],
      editor: {
        version: `yq (${yq.stdout.trim()})`,
        edit: (image) =>
          `yq ${flags} '(.images[] | select(.name == "${image}")) |= (.newTag = ${tag} | .digest = ${digest})' kustomization.yaml`,
      },
    };
  }
  return {
    missing: ['kustomize', 'yq'],
    editor: {
      version: 'sed',
      edit: (image) =>
        `sed -i "/${image.replaceAll('/', '\\/')}$/{n;s/newTag:.*/newTag: $tag/;n;s/digest:.*/digest: $digest/}" kustomization.yaml`,
    },
  };
}
