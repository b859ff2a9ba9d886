import { crc32 } from 'node:zlib';
import type { RunEvent } from '../../domain/runs/runEvent.ts';

/**
 * A journal is lines of `<crc32, 8 hex digits> <json>\n`. The checksum covers the JSON text, so a line that a
 * crash or a full disk cut short never reads as an event.
 */
export function encodeRecord(event: RunEvent): string {
  const json = JSON.stringify(event);
  return `${checksum(json)} ${json}\n`;
}

export interface DecodedJournal {
  readonly events: readonly RunEvent[];
  /** Bytes up to the end of the last whole line; read on from here. */
  readonly consumed: number;
  /** Whole lines whose checksum is wrong: damage, not a torn tail. */
  readonly damaged: number;
}

/** Reads whole lines; what follows the last line end is a write in flight or a torn tail and is left alone. */
export function decodeRecords(bytes: Uint8Array): DecodedJournal {
  const end = bytes.lastIndexOf(0x0a) + 1;
  const events: RunEvent[] = [];
  let damaged = 0;
  for (const line of new TextDecoder().decode(bytes.subarray(0, end)).split('\n')) {
    if (line === '') continue;
    const json = line.slice(9);
    if (line.slice(0, 8) === checksum(json)) events.push(JSON.parse(json) as RunEvent);
    else damaged += 1;
  }
  return { events, consumed: end, damaged };
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
