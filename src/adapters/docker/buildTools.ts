import type { Processes } from '../../engine/ports/processes.ts';

export interface BuildTools {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly processes: Processes;
}
