import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { composePorts, hostFacts } from '../../../src/cli/composePorts.ts';
import type { RunRequest } from '../../../src/domain/runs/runEvent.ts';
import { createEngine } from '../../../src/engine/createEngine.ts';
import { watchPorts } from '../../support/faultPorts.ts';
import type { FaultOrder, FaultReport } from '../../support/faultProgram.ts';

/**
 * Runs the real engine in the current folder as its only argument orders, and kills itself where that says so.
 * Says on its standard output, at once and one JSON value a line, what it calls and what it has announced.
 */
const order = JSON.parse(process.argv[2] ?? '{}') as FaultOrder;
const { kill } = order;

function say(report: FaultReport): void {
  writeSync(1, `${JSON.stringify(report)}\n`);
}

function die(at: string): void {
  say({ type: 'dying', at });
  process.kill(process.pid, 'SIGKILL');
}

if (kill && 'milliseconds' in kill) void pause(kill.milliseconds).then(() => die('time'));
const composed = composePorts(process.env, { allowBranches: () => Promise.resolve('allowed') });
// An hour ahead every file is old enough to be remembered, so that each run makes the same calls.
const clock = { ...composed.clock, now: () => Date.now() + 3_600_000 };
const ports = watchPorts(
  { ...composed, clock },
  {
    before(call) {
      say({ type: 'call', call });
      if (kill && 'call' in kill && kill.when === 'before' && kill.call === call) die(`before ${call}`);
    },
    after(call) {
      if (kill && 'call' in kill && kill.when === 'after' && kill.call === call) die(`after ${call}`);
    },
  },
);
const engine = createEngine(ports, hostFacts(process.env));
const signal = new AbortController().signal;
const whole: RunRequest = { services: [], environment: 'dev', until: 'propose', anyway: false };

for (const action of order.actions) {
  const opened = await engine.open(process.cwd(), signal);
  const resumed = action === 'resume' ? engine.listRuns(opened).at(-1) : undefined;
  const kept = resumed === undefined ? undefined : await engine.readRun(opened, resumed);
  const state = await engine.run(
    opened,
    {
      request: kept?.state.request ?? whole,
      ...(kept && resumed !== undefined ? { resumes: resumed } : {}),
      onEvent: (event) => say({ type: 'event', event }),
    },
    signal,
  );
  say({ type: 'ended', state });
}
