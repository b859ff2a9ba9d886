import type { ObjectName } from '../../../domain/localAgent/objectName.ts';
import type { DryRunResult } from '../../../domain/rehearsal/rehearsalEvent.ts';
import type { RehearsalOutcome } from '../../../domain/rehearsal/rehearsalOutcome.ts';
import { visibleText } from '../../../domain/text/visibleText.ts';
import { sentenceWithPlace } from '../../../domain/verdict/sentenceWithPlace.ts';
import type { Verdict } from '../../../domain/verdict/verdict.ts';
import type { KnownRehearsal } from '../../../engine/rehearsal/leftRehearsals.ts';
import { ids } from '../../ids.ts';
import type { RehearsalState } from '../../state/delivery/rehearsalState.ts';
import { capital, countWords } from '../clusters/clusterWords.ts';
import { warningIcon } from '../clusters/healthIcons.ts';
import { formatShortAge } from '../formatTime.ts';
import { iconOf } from '../stateIcons.ts';
import type { NodeIcon, NodeTarget, TreeNode } from '../treeNode.ts';

const outcomeIcons: Readonly<Record<RehearsalOutcome, NodeIcon>> = {
  healthy: iconOf('passed'),
  incomplete: iconOf('held'),
  progressing: iconOf('held'),
  refused: iconOf('failed'),
  failed: iconOf('failed'),
  stuck: iconOf('failed'),
};

const outcomeWords: Readonly<Record<RehearsalOutcome, string>> = {
  healthy: 'healthy',
  incomplete: 'not all rehearsed',
  progressing: 'not decided in time',
  refused: 'refused',
  failed: 'failed',
  stuck: 'stuck',
};

const verdictIcons: Readonly<Record<Verdict['state'], NodeIcon>> = {
  healthy: iconOf('passed'),
  progressing: iconOf('running'),
  stuck: warningIcon,
  failed: iconOf('failed'),
};

/** A rehearsal of this window: what came out first, then each stage as far as it came. */
export function rehearsalNode(state: RehearsalState): TreeNode {
  const { id, environment, head, context, conclusion, rendered, addresses, isOver, repository } = state;
  const words = describeStanding(state);
  const target: NodeTarget = { repository, environment, rehearsal: id };
  return {
    id: `rehearsal ${id}`,
    label: visibleText(`Rehearsal of ${environment}`),
    description: visibleText(words),
    tooltip: visibleText(
      [
        `${head} in ${environment}: ${words}`,
        ...(context === undefined
          ? []
          : [`on ${context}${state.namespace ? `, namespace ${state.namespace}` : ''}`]),
        ...(conclusion
          ? [conclusion.sentence, ...(conclusion.action ? [`→ ${conclusion.action}`] : [])]
          : []),
      ].join('\n'),
    ),
    icon: iconOfRehearsal(state),
    context: `rehearsal.${isOver ? 'over' : addresses ? 'kept' : 'running'}${rendered?.changed.length ? '.diff' : ''}`,
    expanded: true,
    children: () => stages(state, target),
    target,
    spoken: visibleText(
      `Rehearsal of ${head} in ${environment}, ${words}${conclusion ? `, ${conclusion.sentence}` : ''}`,
    ),
  };
}

function iconOfRehearsal({ conclusion, failure, isOver, cleanUp }: RehearsalState): NodeIcon {
  if (failure) return iconOf('failed');
  if (cleanUp?.kind === 'left') return warningIcon;
  if (conclusion) return outcomeIcons[conclusion.outcome];
  return iconOf(isOver ? 'cancelled' : 'running');
}

function describeStanding(state: RehearsalState): string {
  const { conclusion, failure, isOver, isEnding, addresses, applied, dryRun, rendered } = state;
  if (failure) return failure.what;
  const came = conclusion === undefined ? undefined : outcomeWords[conclusion.outcome];
  if (isOver) return came ?? 'ended early';
  if (isEnding) return [came, 'removing…'].filter(Boolean).join(' · ');
  if (addresses) return [came, 'stays until ended'].filter(Boolean).join(' · ');
  if (came !== undefined) return came;
  if (applied)
    return applied.done < applied.of ? `applying ${applied.done} of ${applied.of}` : 'rolling out…';
  if (dryRun) return 'applying…';
  return rendered ? 'dry run…' : 'rendering…';
}

function stages(state: RehearsalState, target: NodeTarget): readonly TreeNode[] {
  const { id, conclusion, failure, rendered, skipped, notes, dryRun, verdicts, addresses, cleanUp } = state;
  const leaf = (
    name: string,
    node: Omit<TreeNode, 'id' | 'target'> & { readonly target?: NodeTarget },
  ): TreeNode => ({
    target,
    ...node,
    id: `rehearsal ${id} ${name}`,
  });
  /** A word for the eye, and a sentence that a narrow sidebar may cut. */
  const sentence = (name: string, label: string, text: string, icon: NodeIcon, tooltip = text): TreeNode =>
    leaf(name, {
      label: visibleText(label),
      description: visibleText(text.split('\n')[0] ?? ''),
      tooltip: visibleText(tooltip),
      icon,
      context: 'rehearsalLine',
      spoken: visibleText(tooltip),
    });
  const line = (name: string, text: string, icon: NodeIcon, tooltip = text): TreeNode =>
    leaf(name, {
      label: visibleText(text),
      tooltip: visibleText(tooltip),
      icon,
      context: 'rehearsalLine',
      spoken: visibleText(tooltip),
    });
  const group = (
    name: string,
    label: string,
    icon: NodeIcon,
    lines: readonly TreeNode[],
  ): readonly TreeNode[] =>
    lines.length === 0
      ? []
      : [
          leaf(name, {
            label,
            description: String(lines.length),
            icon,
            context: 'rehearsalGroup',
            children: () => lines,
            spoken: `${label}, ${lines.length}`,
          }),
        ];
  return [
    ...(failure
      ? [
          sentence(
            'failure',
            'Why',
            failure.why,
            iconOf('failed'),
            `${failure.what}: ${failure.why}\n→ ${failure.next}`,
          ),
        ]
      : []),
    ...(conclusion
      ? [
          sentence(
            'conclusion',
            capital(outcomeWords[conclusion.outcome]),
            conclusion.sentence,
            outcomeIcons[conclusion.outcome],
            [conclusion.sentence, ...(conclusion.action ? [`→ ${conclusion.action}`] : [])].join('\n'),
          ),
        ]
      : []),
    ...(addresses ?? []).map(({ service, port, url }) =>
      leaf(`address ${url}`, {
        label: url.replace(/^http:\/\//, ''),
        description: visibleText(`→ ${service}:${port}`),
        tooltip: visibleText(`${url} leads to ${service}:${port} of the rehearsal`),
        icon: { name: 'plug' },
        context: 'rehearsalAddress',
        target: { ...target, url },
        spoken: visibleText(`${url} leads to ${service}, port ${port}`),
      }),
    ),
    ...(rendered
      ? [
          leaf('rendered', {
            label: 'Rendered',
            description: `${countWords(rendered.objects, 'object')}, ${rendered.changed.length === 0 ? 'none differs' : `${rendered.changed.length} changed`}`,
            icon: { name: 'diff' },
            context: rendered.changed.length === 0 ? 'rehearsalLine' : 'rehearsalDiff',
            children: () =>
              rendered.changed.map(({ object, change }) =>
                leaf(`changed ${describe(object)}`, {
                  label: visibleText(describe(object)),
                  tooltip: visibleText(`${describe(object)} ${change}`),
                  icon: changeIcons[change],
                  context: 'rehearsalChange',
                  command: ids.commands.showRehearsalDiff,
                  spoken: visibleText(`${describe(object)} ${change}. Shows the diff.`),
                }),
              ),
            spoken: `Rendered ${countWords(rendered.objects, 'object')}, ${rendered.changed.length} changed`,
          }),
        ]
      : []),
    ...group(
      'skipped',
      'Not rehearsed',
      warningIcon,
      skipped.map(({ object, why }) =>
        line(`skipped ${describe(object)}`, describe(object), warningIcon, `${describe(object)}: ${why}`),
      ),
    ),
    ...(dryRun
      ? group(
          'dry run',
          'Dry run',
          { name: 'beaker' },
          dryRun.map((result) => dryRunLine(result, line)),
        )
      : []),
    ...verdicts.map(({ workload, verdict }) =>
      sentence(
        `verdict ${describe(workload)}`,
        workload.kind,
        verdict.sentence,
        verdictIcons[verdict.state],
        [
          sentenceWithPlace(verdict),
          ...(verdict.action ? [`→ ${verdict.action}`] : []),
          ...(verdict.lastLines ?? []),
        ].join('\n'),
      ),
    ),
    ...group(
      'notes',
      'Notes',
      { name: 'note' },
      notes.map((note, index) => sentence(`note ${index}`, 'Note', note, { name: 'info' })),
    ),
    ...(cleanUp?.kind === 'left' ? [sentence('left', 'Left behind', cleanUp.why, warningIcon)] : []),
  ];
}

const changeIcons: Readonly<Record<'added' | 'changed' | 'removed', NodeIcon>> = {
  added: { name: 'diff-added', color: 'gitDecoration.addedResourceForeground' },
  changed: { name: 'diff-modified', color: 'gitDecoration.modifiedResourceForeground' },
  removed: { name: 'diff-removed', color: 'gitDecoration.deletedResourceForeground' },
};

function dryRunLine(
  { object, changes, refused }: DryRunResult,
  line: (name: string, text: string, icon: NodeIcon, tooltip?: string) => TreeNode,
): TreeNode {
  const name = describe(object);
  if (refused) return line(`dry run ${name}`, name, iconOf('failed'), `${name} is refused: ${refused.why}`);
  const words = changes.map(({ field, from, to }) => `${field}: ${from ?? '–'} → ${to ?? '–'}`);
  const summary =
    changes.length === 0
      ? 'the cluster takes it as it is'
      : `the cluster makes ${countWords(changes.length, 'field')} other`;
  return line(`dry run ${name}`, name, iconOf('passed'), [`${name}: ${summary}`, ...words].join('\n'));
}

function describe({ kind, name }: ObjectName): string {
  return `${kind} ${name}`;
}

/** One whose process is gone before it was removed. */
export function leftNode(
  { id, namespace, context, head, environment, started }: KnownRehearsal,
  now: number,
): TreeNode {
  const age = formatShortAge(now - Date.parse(started));
  return {
    id: `left ${id}`,
    label: 'Left behind',
    description: visibleText(`${namespace} · ${age}`),
    tooltip: visibleText(
      `A rehearsal of ${head} in ${environment} ended without removing ${namespace} on ${context}.\nRemove takes it away.`,
    ),
    icon: warningIcon,
    context: 'rehearsalLeft',
    target: { rehearsal: id },
    command: ids.commands.removeRehearsal,
    spoken: visibleText(
      `A rehearsal in ${environment} left namespace ${namespace} on ${context}. Removes it.`,
    ),
  };
}
