import type { LocalRegistryState } from '../../engine/registries/localRegistry.ts';
import { exitCodes } from '../exitCodes.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

/** `towline registry status|stop|remove`: Towline's own local registry, which a run starts when it needs it. */
export async function registry(
  { engine, terminal, signal }: CommandContext,
  action: 'status' | 'stop' | 'remove',
): Promise<ExitCode> {
  const { localRegistry } = engine;
  const state = await (action === 'status' ? localRegistry.state(signal) : localRegistry[action](signal));
  if (state.kind === 'absent')
    terminal.out("Towline's local registry is not there; a run starts it when it needs it.");
  else if (action === 'status')
    terminal.out(`${state.running ? 'runs' : 'stopped'} on localhost:${state.port} as ${describe(state)}`);
  else
    terminal.out(
      `${action === 'stop' ? 'stopped' : 'stopped and removed with its images'}: ${describe(state)} on localhost:${state.port}`,
    );
  return exitCodes.passed;
}

function describe(state: Exclude<LocalRegistryState, { kind: 'absent' }>): string {
  return state.kind === 'container'
    ? `container ${state.id.slice(0, 12)}`
    : `process ${state.pid} with its images in ${state.folder}`;
}
