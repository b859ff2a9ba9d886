import type { Progress } from './progress.ts';

/** The journal's own events, one JSON text a line, on standard output. */
export function createJsonProgress(write: (line: string) => void): Progress {
  return {
    show: (event) => write(JSON.stringify(event)),
    pause() {},
    end() {},
  };
}
