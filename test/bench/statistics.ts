export interface Spread {
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    minimum: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    maximum: at(sorted.length - 1),
  };
}

/** Of values that were measured right after each other, so that a drift of the machine cancels out. */
export function pairwiseRatios(values: readonly number[], others: readonly number[]): readonly number[] {
  return values.map((value, index) => value / (others[index] ?? Number.NaN));
}
