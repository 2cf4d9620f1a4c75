/** The middle of some values, the smallest and the largest. */
export interface Range {
  median: number
  min: number
  max: number
}

/** The middle value, or the mean of the two in the middle; NaN without values. */
export const median = (values: number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** @param values at least one */
export const rangeOf = (values: number[]): Range => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
})

/** The same values in random order, so that a drift of the machine's speed affects all of them alike. */
export const shuffled = <Value>(values: readonly Value[]): Value[] =>
  values
    .map((value) => [Math.random(), value] as const)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value)
