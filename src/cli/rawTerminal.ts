import type { ExecInput, ExecStreams } from '../engine/ports/clusters.ts';

/** This process's own streams, handed through to a program that runs elsewhere. */
export interface RawTerminal {
  readonly streams: ExecStreams;
  /** Gives the terminal back as it was. */
  restore(): void;
}

/** Whether somebody sits at both ends of it. */
export function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/**
 * With `tty` every key goes through, Ctrl-C too, and the size follows the window's; without, input goes through only when
 * it is asked for. Bytes are not looked at: they are the user's own program's.
 */
export function openRawTerminal({
  tty,
  stdin,
}: {
  readonly tty: boolean;
  readonly stdin: boolean;
}): RawTerminal {
  const undo: (() => void)[] = [];
  const onOutput: ExecStreams['onOutput'] = (bytes, stream) => void process[stream].write(bytes);
  const onReady = (input: ExecInput): void => {
    const onData = (bytes: Buffer): void => input.write(bytes);
    const onEnd = (): void => input.end();
    process.stdin.on('data', onData).on('end', onEnd);
    undo.push(() => {
      process.stdin.off('data', onData).off('end', onEnd).pause();
      process.stdin.unref();
    });
    if (!tty) return;
    process.stdin.setRawMode(true);
    const onResize = (): void => input.resize(process.stdout.columns, process.stdout.rows);
    process.stdout.on('resize', onResize);
    onResize();
    undo.push(() => {
      process.stdout.off('resize', onResize);
      process.stdin.setRawMode(false);
    });
  };
  return {
    streams: stdin || tty ? { onOutput, onReady } : { onOutput },
    restore() {
      for (const step of undo.splice(0)) step();
    },
  };
}
