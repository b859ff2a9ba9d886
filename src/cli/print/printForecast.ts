import { describeWhy } from '../../domain/runs/describeStep.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { Expectation, ForecastService } from '../../engine/runs/forecastRun.ts';
import type { Terminal } from '../terminal.ts';

/** What a run would do, a line for each step. */
export function printForecast(terminal: Terminal, forecast: readonly ForecastService[], json: boolean): void {
  for (const { service, steps } of forecast) {
    if (json) terminal.out(JSON.stringify({ service, steps }));
    else
      for (const { step, expectation } of steps)
        terminal.out(visibleText(`${service} ${step}: ${describe(expectation)}`));
  }
}

function describe(expectation: Expectation): string {
  switch (expectation.expect) {
    case 'reuse':
      return `same inputs as run ${expectation.fromRun}`;
    case 'run':
      return `would run: ${describeWhy(expectation.why)}`;
    case 'hold':
      return `held: ${expectation.hold.why.split('\n', 1)[0]}`;
    case 'propose':
      return describeProposal(expectation);
    case 'unknown':
      return `cannot be told: ${expectation.why.split('\n', 1)[0]}`;
    case 'depends':
      return 'depends on the steps before it';
  }
}

function describeProposal({
  change,
  branch,
  base,
  certain,
}: Extract<Expectation, { readonly expect: 'propose' }>): string {
  const unless = certain ? '' : ', unless the image turns out to be the one that is there already';
  switch (change) {
    case 'created':
      return `would create ${branch}${unless}`;
    case 'updated':
      return `would update ${branch}${unless}`;
    case 'same':
      return `nothing to do: ${branch} says this already`;
    case 'delivered':
      return `nothing to do: ${base} runs this already`;
    case 'not-run':
      return 'nothing to do: the environment does not run it itself';
  }
}
