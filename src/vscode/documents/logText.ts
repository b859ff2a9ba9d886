import { visibleText } from '../../domain/text/visibleText.ts';

/** Characters made readable in one go; between two the extension host may do other things. */
const sliceLength = 16 * 1024;

/** A log as it may be shown, growing. */
export interface LogText {
  /** UTF-8 bytes. */
  readonly size: number;
  bytes(): Uint8Array;
  /** Takes what is there from the last whole line on; whether there was any. Only one at a time reads. */
  append(
    read: (offset: number) => Promise<{ readonly text: string; readonly size: number } | undefined>,
  ): Promise<boolean>;
}

export function createLogText(): LogText {
  const parts: Uint8Array[] = [];
  const encoder = new TextEncoder();
  let size = 0;
  /** Bytes of the file behind `parts`. */
  let offset = 0;
  /** Characters after the last line end: shown, and read again with what follows them. */
  let tail: Uint8Array = new Uint8Array();
  let reading: Promise<boolean> | undefined;

  async function take(
    read: (offset: number) => Promise<{ readonly text: string; readonly size: number } | undefined>,
  ): Promise<boolean> {
    const found = await read(offset);
    if (!found) return false;
    const before = size;
    const whole = found.text.lastIndexOf('\n') + 1;
    for (let at = 0; at < whole; ) {
      const cut = at + sliceLength < whole ? found.text.lastIndexOf('\n', at + sliceLength) + 1 : whole;
      // A line longer than a slice stays in one piece, as far as its next end.
      const end = cut > at ? cut : found.text.indexOf('\n', at) + 1;
      const slice = found.text.slice(at, end);
      parts.push(encoder.encode(visibleText(slice)));
      offset += Buffer.byteLength(slice);
      at = end;
      if (at < whole) await new Promise((resolve) => setImmediate(resolve));
    }
    tail = encoder.encode(visibleText(found.text.slice(whole)));
    size = parts.reduce((sum, part) => sum + part.length, 0) + tail.length;
    return size !== before;
  }

  return {
    get size() {
      return size;
    },
    bytes() {
      if (parts.length > 1) parts.splice(0, parts.length, Buffer.concat(parts));
      return Buffer.concat([...parts, tail]);
    },
    append(read) {
      reading ??= take(read).finally(() => {
        reading = undefined;
      });
      return reading;
    },
  };
}
