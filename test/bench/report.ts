import type { Rounds, Timing } from './measure.ts';
import { pairwiseRatios, type Spread, spreadOf } from './statistics.ts';

export function printHeading(title: string): void {
  console.log(`\n== ${title} ==`);
}

/** The command lines with a letter each, then minimum, median and maximum of each. */
export function printTimings(timings: readonly Timing[], { runs, warmUps }: Rounds): void {
  const letters = timings.map((_, index) => letterOf(index));
  const turns = [...letters, ...letters].join(' ');
  for (const [index, { name, shown }] of timings.entries())
    console.log(`  ${letters[index]}  ${name}: ${shown}`);
  console.log(`  ${runs} whole processes each, in turn (${turns} …), after ${warmUps} not counted`);
  console.log(`  ${'seconds'.padEnd(8)} minimum   median  maximum`);
  for (const [index, { seconds }] of timings.entries())
    console.log(`  ${(letters[index] ?? '').padEnd(8)} ${formatSpread(spreadOf(seconds))}`);
}

/** The ratio of two timings, A over B, both ways of taking it, against the most it should be. */
export function printRatio(a: Timing, b: Timing, target: number | undefined, letters = 'A/B'): void {
  const ofMedians = spreadOf(a.seconds).median / spreadOf(b.seconds).median;
  const pairs = spreadOf(pairwiseRatios(a.seconds, b.seconds));
  console.log(
    `  ${letters}: ratio of medians ${ofMedians.toFixed(2)}; of pairs, median ${pairs.median.toFixed(2)} ` +
      `(${pairs.minimum.toFixed(2)} to ${pairs.maximum.toFixed(2)})`,
  );
  if (target !== undefined) printTarget(`at most ${target} ×`, pairs.median <= target);
}

export function printTarget(target: string, met: boolean): void {
  console.log(`  target ${target}: ${met ? 'met' : 'MISSED'}`);
}

export function printNotes(lines: readonly string[]): void {
  for (const line of lines) console.log(`  ${line}`);
}

function letterOf(index: number): string {
  return String.fromCodePoint(65 + index);
}

function formatSpread({ minimum, median, maximum }: Spread): string {
  return [minimum, median, maximum].map((value) => value.toFixed(3).padStart(8)).join(' ');
}

export function formatBytes(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}
