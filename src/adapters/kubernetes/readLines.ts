const lineEnd = 10;

/** Cuts bytes into lines as they come. */
export interface LineReader {
  push(chunk: Buffer): void;
  /** Bytes of a line that has not ended. */
  rest(): number;
}

/** @param limit longest line in bytes; a longer one throws */
export function readLines(onLine: (line: string) => void, limit: number): LineReader {
  let begun: Buffer[] = [];
  let size = 0;
  return {
    push(chunk) {
      let from = 0;
      for (let end = chunk.indexOf(lineEnd); end >= 0; end = chunk.indexOf(lineEnd, from)) {
        begun.push(chunk.subarray(from, end));
        const line = (begun.length === 1 ? (begun[0] ?? chunk) : Buffer.concat(begun)).toString('utf8');
        begun = [];
        size = 0;
        from = end + 1;
        if (line !== '') onLine(line);
      }
      if (from === chunk.length) return;
      begun.push(chunk.subarray(from));
      size += chunk.length - from;
      if (size > limit) throw new Error(`a line is longer than ${limit} bytes`);
    },
    rest: () => size,
  };
}
