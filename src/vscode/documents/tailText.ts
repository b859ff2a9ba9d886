import { visibleText } from '../../domain/text/visibleText.ts';

/** The last part of a text that may go on for ever, as it may be shown. */
export interface TailText {
  /** UTF-8 bytes. */
  readonly size: number;
  bytes(): Uint8Array;
  /** Whole lines, from outside. */
  append(lines: string): void;
}

/** @param limit bytes that are kept, give or take what is added at once */
export function createTailText(limit: number): TailText {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  let kept = 0;
  let dropped = 0;

  function head(): Uint8Array {
    return dropped === 0
      ? new Uint8Array()
      : encoder.encode(`… ${Math.ceil(dropped / 1000)} kB of earlier lines are not kept\n`);
  }

  return {
    get size() {
      return head().length + kept;
    },
    bytes() {
      if (parts.length > 1) parts.splice(0, parts.length, ...splitParts(parts));
      return Buffer.concat([head(), ...parts]);
    },
    append(lines) {
      const part = encoder.encode(visibleText(lines));
      if (part.length === 0) return;
      parts.push(part);
      kept += part.length;
      while (kept > limit && parts.length > 1) {
        const [first] = parts.splice(0, 1);
        kept -= first?.length ?? 0;
        dropped += first?.length ?? 0;
      }
    },
  };
}

/** Bytes of one part, so that many small ones do not add up and the oldest can still go piece by piece. */
const partSize = 64 * 1024;

function splitParts(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const joined: Uint8Array[] = [];
  let group: Uint8Array[] = [];
  let size = 0;
  for (const part of parts) {
    group.push(part);
    size += part.length;
    if (size < partSize) continue;
    joined.push(Buffer.concat(group));
    group = [];
    size = 0;
  }
  return group.length === 0 ? joined : [...joined, Buffer.concat(group)];
}
