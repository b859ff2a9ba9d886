import { EventEmitter, type Pseudoterminal, ThemeIcon, window } from 'vscode';
import { failureOf } from '../../domain/errors/towlineError.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { ExecInput, PodPlace } from '../../engine/ports/clusters.ts';
import type { ClusterActions } from '../../engine/workloads/clusterActions.ts';

/** The better shell where the image has it. */
const shell = ['sh', '-c', 'command -v bash >/dev/null 2>&1 && exec bash; exec sh'] as const;

/** Opens a terminal with a shell in a container; it ends with the terminal. */
export function openShellTerminal(
  actions: Pick<ClusterActions, 'exec'>,
  place: PodPlace & { readonly container: string },
  context: string,
): void {
  const terminal = window.createTerminal({
    name: visibleText(`${place.pod} (${context})`),
    iconPath: new ThemeIcon('server'),
    pty: createShell(actions, place),
  });
  terminal.show();
}

function createShell(
  actions: Pick<ClusterActions, 'exec'>,
  place: PodPlace & { readonly container: string },
): Pseudoterminal {
  const written = new EventEmitter<string>();
  const closed = new EventEmitter<void>();
  const ending = new AbortController();
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let input: ExecInput | undefined;
  /** Typed before the shell was there. */
  let early = '';
  let size = { columns: 80, rows: 24 };
  let over = false;

  function say(...lines: readonly string[]): void {
    written.fire(lines.map((line) => `${visibleText(line).replaceAll('\n', '\r\n')}\r\n`).join(''));
  }

  async function run(): Promise<void> {
    try {
      await actions.exec(
        place,
        shell,
        { tty: true },
        {
          onOutput: (bytes) => written.fire(decoder.decode(bytes, { stream: true })),
          onReady(ready) {
            input = ready;
            input.resize(size.columns, size.rows);
            if (early !== '') input.write(encoder.encode(early));
            early = '';
          },
        },
        ending.signal,
      );
      closed.fire();
    } catch (error) {
      if (ending.signal.aborted) return;
      const { what, why, next } = failureOf(error);
      say('', `${what}: ${why}`, next, 'Any key closes this terminal.');
    } finally {
      over = true;
      input = undefined;
    }
  }

  return {
    onDidWrite: written.event,
    onDidClose: closed.event,
    open(dimensions) {
      if (dimensions) size = dimensions;
      void run();
    },
    close: () => ending.abort(new DOMException('The terminal was closed', 'AbortError')),
    handleInput(text) {
      if (over) closed.fire();
      else if (input) input.write(encoder.encode(text));
      else early += text;
    },
    setDimensions(dimensions) {
      size = dimensions;
      input?.resize(size.columns, size.rows);
    },
  };
}
