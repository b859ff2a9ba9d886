import { describeTrail, type TrailFacts, type TrailLink } from '../../../domain/delivery/commitTrail.ts';
import { visibleText } from '../../../domain/text/visibleText.ts';
import { ids } from '../../ids.ts';
import type { AskedTrail } from '../../state/delivery/deliveryState.ts';
import { fewDigits, joinWords, shortImage } from '../clusters/clusterWords.ts';
import { formatAge } from '../formatTime.ts';
import { iconOf } from '../stateIcons.ts';
import type { NodeIcon, NodeTarget, TreeNode } from '../treeNode.ts';

const linkIcons: Readonly<Record<TrailLink['state'], NodeIcon>> = {
  done: iconOf('passed'),
  waiting: { name: 'circle-filled', color: 'testing.iconQueued' },
  failed: iconOf('failed'),
  ahead: iconOf('unreached'),
  unknown: { name: 'question', color: 'disabledForeground' },
};

const linkWords: Readonly<Record<TrailLink['state'], string>> = {
  done: 'done',
  waiting: 'it is here',
  failed: 'stuck',
  ahead: 'not yet',
  unknown: 'not known',
};

const linkLabels: Readonly<Record<TrailLink['link'], string>> = {
  commit: 'Commit',
  image: 'Image',
  proposal: 'Proposal',
  merge: 'Merge',
  agent: 'Agent',
  pods: 'Pods',
};

/** "Where is my commit?" with its answer: commit → service and environment → the links of its way. */
export function trailNode(trail: AskedTrail, now: number): TreeNode {
  const { id, commit, answer, repository, service } = trail;
  const name = shortCommit(trail);
  const about = service === undefined ? '' : ` of ${service}`;
  const target: NodeTarget = { repository, trail: id };
  // One that had no lines would stay closed when they come: to the editor the answer is another node than the question.
  const base = { id: `trail ${id} ${answer.kind}`, target, expanded: true };
  switch (answer.kind) {
    case 'asking':
      return {
        ...base,
        label: visibleText(`Where is ${name}?`),
        description: 'looking…',
        icon: iconOf('running'),
        context: 'trail.asking',
        // The editor keeps open what is open: a leaf would come back closed with its answer.
        children: () => [],
        spoken: visibleText(`Where is ${commit}${about}? Looking.`),
      };
    case 'failed': {
      const { what, why, next } = answer.failure;
      return {
        ...base,
        label: visibleText(`Where is ${name}?`),
        description: visibleText(what),
        tooltip: visibleText(`${what}: ${why}\n${next}`),
        icon: iconOf('failed'),
        context: 'trail.failed',
        command: ids.commands.askTrailAgain,
        spoken: visibleText(`Where is ${commit}${about}? ${what}: ${why}. Asks again.`),
      };
    }
    case 'found': {
      const age = formatAge(now - answer.at);
      const subject = answer.trails[0]?.commit.subject ?? '';
      return {
        ...base,
        label: visibleText(`Where is ${name}?`),
        description: visibleText(age === 'just now' ? subject : `as of ${age}`),
        tooltip: visibleText(`${name} ${subject}\nas of ${age}`),
        icon: { name: 'git-commit' },
        context: 'trail.found',
        children: () =>
          answer.trails.length === 0
            ? [nowhereNode(id, target)]
            : answer.trails.map((facts) => placeNode(id, facts, target)),
        spoken: visibleText(`Where is ${name} ${subject}${about}? As of ${age}`),
      };
    }
  }
}

function shortCommit({ commit, answer }: AskedTrail): string {
  const id = answer.kind === 'found' ? answer.trails[0]?.commit.id : undefined;
  if (id !== undefined) return id.slice(0, 7);
  return /^[0-9a-f]{8,}$/.test(commit) ? commit.slice(0, 7) : commit;
}

function nowhereNode(id: string, target: NodeTarget): TreeNode {
  return {
    id: `trail ${id} nowhere`,
    label: 'No environment to look in',
    icon: { name: 'info' },
    context: 'trailNowhere',
    target,
    command: ids.commands.openConfig,
    spoken: 'There is no environment to look in. Opens towline.yaml.',
  };
}

/** One service in one environment: how far the commit came, and every link of the way. */
function placeNode(id: string, facts: TrailFacts, target: NodeTarget): TreeNode {
  const links = describeTrail(facts);
  const { service, environment } = facts;
  // The first link that is not past is where the commit is; with none it is all the way.
  const here = links.find(({ state }) => state === 'failed' || state === 'waiting');
  const unsure = links.findLast(({ state }) => state === 'unknown');
  const words = here
    ? `${here.state === 'failed' ? 'stuck at' : 'at'} ${here.link}`
    : unsure
      ? `${unsure.link} not known`
      : 'runs';
  const sentence = (here ?? unsure ?? links.at(-1))?.sentence ?? '';
  const partId = `trail ${id} ${environment} ${service}`;
  return {
    id: partId,
    label: visibleText(`${service} → ${environment}`),
    description: words,
    tooltip: visibleText(sentence),
    icon: here ? linkIcons[here.state] : unsure ? linkIcons.unknown : linkIcons.done,
    context: 'trailPlace',
    expanded: true,
    children: () => links.map((link) => linkNode(partId, link, facts, { ...target, service, environment })),
    target: { ...target, service, environment },
    spoken: visibleText(`${service} in ${environment}, ${words}: ${sentence}`),
  };
}

function linkNode(
  partId: string,
  { link, state, sentence }: TrailLink,
  { refreshable, image }: TrailFacts,
  target: NodeTarget,
): TreeNode {
  // The repository before the tag would be all that a narrow sidebar shows.
  const short =
    link === 'image' && image ? joinWords(shortImage(image.reference), fewDigits(image.digest)) : sentence;
  const actions = link === 'agent' && refreshable ? '.refreshable' : '';
  return {
    id: `${partId} ${link}`,
    label: linkLabels[link],
    description: visibleText(short),
    tooltip: visibleText(`${linkLabels[link]}, ${linkWords[state]}: ${sentence}`),
    icon: linkIcons[state],
    context: `trailLink.${link}.${state}${actions}`,
    target,
    spoken: visibleText(`${linkLabels[link]}, ${linkWords[state]}: ${sentence}`),
  };
}
