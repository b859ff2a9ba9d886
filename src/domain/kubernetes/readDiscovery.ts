import type { ResourceKind } from './resourceKind.ts';

/** `APIResourceList`, as far as it is read. */
export interface ResourceListDocument {
  readonly groupVersion: string;
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced?: boolean;
    readonly group?: string;
    readonly version?: string;
  }[];
}

/** `APIGroupList`, as far as it is read; `versions` in the server's order, the preferred one first. */
export interface GroupListDocument {
  readonly groups?: readonly {
    readonly name: string;
    readonly versions?: readonly { readonly groupVersion: string; readonly version: string }[];
    readonly preferredVersion?: { readonly groupVersion: string; readonly version: string };
  }[];
}

/** A version of a group, in the order in which they are preferred. */
export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

export function groupVersionsOf({ groups = [] }: GroupListDocument): readonly GroupVersion[] {
  return groups.flatMap(({ name, versions = [], preferredVersion }) => {
    const all = versions.map(({ version }) => version);
    const first = preferredVersion?.version;
    const ordered = first === undefined ? all : [first, ...all.filter((version) => version !== first)];
    return ordered.map((version) => ({ group: name, version }));
  });
}

/** Kinds of one version of a group; subresources are left out. */
export function kindsOf(
  { group, version }: GroupVersion,
  { resources = [] }: ResourceListDocument,
): readonly ResourceKind[] {
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced = false }) => ({ group, version, kind, plural: name, namespaced }));
}

/** Each resource once, in the first version that has it. */
export function preferredKinds(kinds: readonly ResourceKind[]): readonly ResourceKind[] {
  const first = new Map<string, ResourceKind>();
  for (const kind of kinds) {
    const name = `${kind.plural}.${kind.group}`;
    if (!first.has(name)) first.set(name, kind);
  }
  return [...first.values()];
}
