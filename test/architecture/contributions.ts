import type { ContributedIds } from '../../src/vscode/ids.ts';

/** The parts of package.json that the editor reads and ids stand in. */
export interface Manifest {
  readonly contributes: {
    readonly commands?: readonly { readonly command: string; readonly enablement?: string }[];
    readonly views?: Readonly<Record<string, readonly { readonly id: string; readonly when?: string }[]>>;
    readonly menus?: Readonly<
      Record<string, readonly { readonly command?: string; readonly when?: string }[]>
    >;
    readonly keybindings?: readonly Keybinding[];
    readonly configuration?: Configuration | readonly Configuration[];
    readonly [other: string]: unknown;
  };
}

interface Keybinding {
  readonly command: string;
  readonly when?: string;
  readonly args?: { readonly view?: string };
}

interface Configuration {
  readonly properties?: Readonly<Record<string, { readonly default?: unknown }>>;
}

/** One sentence for each id or default that package.json and the code do not both have. */
export function findContributionProblems({ contributes }: Manifest, ids: ContributedIds): readonly string[] {
  const commands = (contributes.commands ?? []).map(({ command }) => command);
  const views = Object.values(contributes.views ?? {}).flatMap((group) => group.map(({ id }) => id));
  // The editor makes one of these for each view.
  const focusCommands = views.map((id) => `${id}.focus`);
  const settings = propertiesOf(contributes.configuration);
  const named = conditionNames(contributes);
  const other = new Set([...Object.values(ids.views), ...Object.values(ids.commands)]);
  return [
    ...compare('command', commands, Object.values(ids.commands)),
    ...compare('view', views, Object.values(ids.views)),
    ...compare('setting', Object.keys(settings), Object.keys(ids.settings)),
    ...compare(
      'context key',
      named.filter((name) => !other.has(name)),
      Object.values(ids.contextKeys),
    ),
    ...Object.entries(settings)
      .filter(([name, { default: stated }]) => name in ids.settings && !same(stated, ids.settings[name]))
      .map(([name, { default: stated }]) => {
        return `setting ${name} defaults to ${show(stated)} in package.json and ${show(ids.settings[name])} in the code`;
      }),
    ...linkedCommands(contributes)
      .filter((command) => !commands.includes(command) && !focusCommands.includes(command))
      .map((command) => `a text links to command ${command}, which is not contributed`),
    ...Object.values(contributes.menus ?? {})
      .flat()
      .flatMap(({ command }) =>
        command?.startsWith('towline.') && !commands.includes(command)
          ? [`a menu names command ${command}, which is not contributed`]
          : [],
      ),
    ...(contributes.keybindings ?? []).flatMap(({ command, when, args }) => {
      const focused = /focusedView == (towline\.\w+)/.exec(when ?? '')?.[1];
      return focused === args?.view
        ? []
        : [
            `the key of ${command} is for ${focused ?? 'no view'} and takes what is selected in ${args?.view}`,
          ];
    }),
  ];
}

function propertiesOf(configuration: Manifest['contributes']['configuration']) {
  const sections = Array.isArray(configuration) ? configuration : [configuration ?? {}];
  return Object.assign({}, ...sections.map(({ properties = {} }: Configuration) => properties)) as Record<
    string,
    { readonly default?: unknown }
  >;
}

/** Ids of ours in every `when` and `enablement`; `config.towline.…` is a setting and read elsewhere. */
function conditionNames(value: unknown): readonly string[] {
  const names = new Set<string>();
  const visit = (part: unknown, key: string): void => {
    if (typeof part === 'string' && (key === 'when' || key === 'enablement')) {
      for (const [name] of part.matchAll(/(?<![\w.])towline\.[\w.-]+/g)) names.add(name);
    } else if (typeof part === 'object' && part !== null) {
      for (const [name, inner] of Object.entries(part)) visit(inner, name);
    }
  };
  visit(value, '');
  return [...names];
}

/** Commands of ours behind links of texts, and those that end a step of a walkthrough. */
function linkedCommands(value: unknown): readonly string[] {
  const links = JSON.stringify(value).matchAll(/\(command:(towline\.[\w.]+)|"onCommand:(towline\.[\w.]+)/g);
  return Array.from(links, ([, link, event]) => link ?? event ?? '');
}

function compare(kind: string, contributed: readonly string[], known: readonly string[]): readonly string[] {
  return [
    ...contributed.filter((id) => !known.includes(id)).map((id) => `${kind} ${id} is not in ids.ts`),
    ...known.filter((id) => !contributed.includes(id)).map((id) => `${kind} ${id} is not in package.json`),
  ];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
