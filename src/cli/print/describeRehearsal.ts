import { describeChange } from '../../domain/diff/describeDiff.ts';
import type { ObjectName } from '../../domain/localAgent/objectName.ts';
import type { DryRunResult, RehearsalEvent } from '../../domain/rehearsal/rehearsalEvent.ts';
import { countOf } from '../../domain/rehearsal/rehearsalOutcome.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import { sentenceWithPlace } from '../../domain/verdict/sentenceWithPlace.ts';
import type { Terminal } from '../terminal.ts';

/** Fields of a dry run that are shown for one object. */
const shownFields = 12;

const verdictMarks = { healthy: '✔', progressing: '…', stuck: '!', failed: '✘' } as const;

/** An event of a rehearsal as lines for people. */
export function describeRehearsal(
  { style, interactive }: Pick<Terminal, 'style' | 'interactive'>,
  event: RehearsalEvent,
): readonly string[] {
  switch (event.type) {
    case 'started': {
      const what = event.head.kind === 'pull' ? `pull request ${event.head.number}` : event.head.branch;
      return [
        `Rehearsing ${visibleText(what)} (${event.headCommit.slice(0, 7)}) for ${visibleText(event.environment)} on ${visibleText(event.context)}: ${visibleText(event.because)}`,
        ...event.notes.map((note) => style('yellow', visibleText(note))),
      ];
    }
    case 'rendered': {
      const { changed } = event;
      const differ = changed.length === 1 ? '1 differs' : `${changed.length} differ`;
      return [
        `Rendered ${event.objects} objects with ${event.renderer}; ${changed.length === 0 ? 'none differs' : differ}`,
        ...event.warnings.map((warning) => style('yellow', `  ${visibleText(warning)}`)),
        ...changed.flatMap(({ object, ...diff }) => [
          style('bold', `  ${visibleText(describeChange({ ...diff, name: object }))}`),
          ...diff.text
            .trimEnd()
            .split('\n')
            .map((line) => colour(style, line)),
        ]),
      ];
    }
    case 'planned':
      return [
        `Namespace ${event.namespace}: ${countOf({ rehearsed: event.objects.length, skipped: event.skipped })}`.replace(
          'rehearsed',
          'rehearsing',
        ),
        ...event.skipped.map(({ object, why }) =>
          style('yellow', `  skipped ${nameOf(object)}: ${visibleText(why)}`),
        ),
        ...event.notes.map((note) => style('dim', `  ${visibleText(note)}`)),
      ];
    case 'namespace-made':
      return [];
    case 'dry-run':
      return event.results.flatMap(describeDryRun);
    case 'applied':
      return [`  ${event.done}/${event.of} applied ${nameOf(event.object)}`];
    case 'verdict': {
      const { state, lastLines } = event.verdict;
      return [
        visibleText(`${verdictMarks[state]} ${sentenceWithPlace(event.verdict)}`),
        ...(lastLines ?? []).map((line) => `    ${visibleText(line)}`),
      ];
    }
    case 'concluded':
      return [];
    case 'kept':
      return [
        ...event.addresses.map(({ service, port, url }) => `${url} is ${visibleText(service)}:${port}`),
        ...(event.problem
          ? [style('yellow', visibleText(`${event.problem.what}: ${event.problem.why}`))]
          : []),
        `It stays until ${interactive ? 'Enter or ' : ''}Ctrl-C.`,
      ];
    case 'cleaning':
      return [`Removing namespace ${event.namespace} …`];
    case 'ended':
      return [event.cleanUp.kind === 'removed' ? 'Removed.' : style('red', visibleText(event.cleanUp.why))];
  }
}

function describeDryRun({ object, changes, refused }: DryRunResult): readonly string[] {
  if (refused) return [`  ${nameOf(object)} is refused: ${visibleText(refused.why)}`];
  const defaults = changes.filter(({ change }) => change === 'added');
  const others = changes.filter(({ change }) => change !== 'added');
  if (changes.length === 0) return [`  ${nameOf(object)}: the cluster takes it as it is`];
  return [
    `  ${nameOf(object)}: the cluster adds ${defaults.length} ${defaults.length === 1 ? 'field' : 'fields'}${others.length > 0 ? ` and changes ${others.length}` : ''}`,
    ...others
      .slice(0, shownFields)
      .map(
        ({ field, from, to }) => `    ${visibleText(`${field}: ${from ?? '(hidden)'} → ${to ?? 'nothing'}`)}`,
      ),
  ];
}

function colour(style: Terminal['style'], line: string): string {
  const shown = `    ${visibleText(line)}`;
  if (line.startsWith('+')) return style('green', shown);
  return line.startsWith('-') ? style('red', shown) : shown;
}

function nameOf({ kind, name }: ObjectName): string {
  return visibleText(`${kind} ${name}`);
}
