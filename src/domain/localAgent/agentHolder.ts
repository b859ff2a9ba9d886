import { fieldsOf, textOf } from '../kubernetes/objectFields.ts';

/** Who follows a source for a cluster now. */
export interface AgentHolder {
  /** Of its process, as its machine tells it from all others. */
  readonly identity: string;
  readonly host: 'cli' | 'editor';
  /** When it last said so, milliseconds since the epoch. */
  readonly renewed: number;
}

/** A holder of another machine that has not said for so long that it is there is taken for gone; milliseconds. */
export const holderLimit = 60_000;

/** How often a holder says that it is there, milliseconds. */
export const renewalPace = 15_000;

/** Whether a holder is still at it. `standing`: what this machine knows of its process; of one elsewhere only its last word tells. */
export function isHolding(
  holder: AgentHolder,
  standing: 'running' | 'gone' | 'elsewhere',
  now: number,
): boolean {
  return standing === 'elsewhere' ? now - holder.renewed < holderLimit : standing === 'running';
}

/** e.g. "an editor, process 4711 on laptop", as far as its identity tells. */
export function describeHolder({ host, identity }: AgentHolder): string {
  const who = host === 'cli' ? 'a terminal' : 'an editor';
  const { process, machine } = parse(identity);
  // Behind the host's name may stand the namespace that its process numbers belong to.
  const [name] = textOf(machine)?.split(' ') ?? [];
  return typeof process === 'number' && name !== undefined ? `${who}, process ${process} on ${name}` : who;
}

export function writeHolder({ identity, host, renewed }: AgentHolder): string {
  return JSON.stringify({ identity, host, renewed });
}

export function readHolder(text: string | undefined): AgentHolder | undefined {
  const { identity, host, renewed } = parse(text ?? '');
  const known = textOf(identity);
  if (known === undefined || typeof renewed !== 'number') return undefined;
  return { identity: known, host: host === 'editor' ? 'editor' : 'cli', renewed };
}

function parse(text: string): ReturnType<typeof fieldsOf> {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}
