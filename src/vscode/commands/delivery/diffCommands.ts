import { answerOf, type LiveDiff, type LiveObject, nameOfLive } from '../../../domain/diff/liveDiff.ts';
import type { ObjectDiff } from '../../../domain/diff/objectDiff.ts';
import type { ObjectName } from '../../../domain/localAgent/objectName.ts';
import { visibleText } from '../../../domain/text/visibleText.ts';
import type { Command } from '../commandContext.ts';
import { withCancel } from '../withCancel.ts';
import { choosePlace } from './choosePlace.ts';

/** What applying an environment's manifests would change on its cluster: each object in the editor's own diff. */
export const showLiveDiff: Command = async (context, [target]) => {
  const chosen = await choosePlace(context, target, 'compare');
  if (!chosen) return;
  const { opened, environment } = chosen;
  const found = await withCancel(`Comparing ${environment.name} with its cluster`, async (signal) =>
    (await context.engine()).diffEnvironment(opened, { environment: environment.name, of: 'branch' }, signal),
  );
  const files = found.objects.flatMap((object) =>
    'diff' in object ? [{ path: pathOf(object.diff.name), ...sidesOf(object.diff) }] : [],
  );
  const [only, ...others] = found.objects.filter((object) => 'diff' in object);
  const what = only && others.length === 0 ? `${nameOf(nameOfLive(only))}: ` : '';
  const title = visibleText(`${what}${found.context} → ${found.environment} at ${found.commit.slice(0, 7)}`);
  await context.proposals.show(`live ${found.environment} ${found.context} ${found.commit}`, title, files);
  const report = (): Promise<void> =>
    context.clusters.objects.show([found.context, `${found.environment} live diff.txt`], async () =>
      describe(found),
    );
  const summary = `${found.environment} on ${found.context}: ${summarise(found)}`;
  const action = { title: 'Show Report', run: report };
  if (answerOf(found) === 'same') context.messages.tell(`${summary}.`);
  else context.messages.refuse(`${summary}.`, [action]);
};

function sidesOf({ before, after }: ObjectDiff): { readonly before: string; readonly after: string } {
  return { before: visibleText(before), after: visibleText(after) };
}

function pathOf({ namespace, kind, name }: ObjectName): string {
  return [namespace, `${kind} ${name}.yaml`].filter(Boolean).join('/');
}

const words: Readonly<Record<LiveObject['state'], string>> = {
  same: 'as the manifests say',
  differs: 'would change',
  refused: 'would be refused',
  unknown: 'could not be told',
};

/** Counts of every state that there is, and of what is left over. */
function summarise({ objects, leftovers }: LiveDiff): string {
  const states = Object.keys(words) as LiveObject['state'][];
  const counts = states.map(
    (state) => [objects.filter((one) => one.state === state).length, words[state]] as const,
  );
  const left =
    'objects' in leftovers ? leftovers.objects.filter(({ keptBy }) => keptBy === undefined).length : 0;
  const said = [...counts, [left, 'left over'] as const].filter(([count]) => count > 0);
  const unchecked = 'unchecked' in leftovers ? ', leftovers not checked' : '';
  return (said.map(([count, what]) => `${count} ${what}`).join(', ') || 'nothing to compare') + unchecked;
}

/** Everything in words, also what no diff can show. */
function describe(found: LiveDiff): string {
  const { objects, leftovers, notes, revision, commit, server } = found;
  const lines = [
    `${found.environment} as ${revision} has it (${commit.slice(0, 7)}) against ${found.context} (${server})`,
    summarise(found),
    '',
    ...objects.filter(({ state }) => state !== 'same').map(describeObject),
    ...('unchecked' in leftovers
      ? [`Objects that the manifests no longer name were not looked for: ${leftovers.unchecked}`]
      : leftovers.objects.map(({ name, keptBy }) =>
          keptBy === undefined
            ? `left over: ${nameOf(name)}; ${leftovers.by} put it there and the manifests no longer name it`
            : `kept: ${nameOf(name)}; the manifests no longer name it, and ${keptBy} keeps it`,
        )),
    ...notes.map((note) => `note: ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}

function describeObject(object: LiveObject): string {
  const name = nameOf(nameOfLive(object));
  switch (object.state) {
    case 'same':
      return `${name}: ${words.same}`;
    case 'differs':
      return `${name}: ${words.differs}, as ${object.manager}${object.note === undefined ? '' : `; ${object.note}`}`;
    case 'refused':
    case 'unknown':
      return `${name}: ${words[object.state]}: ${object.why}`;
  }
}

function nameOf({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}
