import { type GrowthResult, SHARE_AT_LEAST } from './growth'
import { nameMachine } from './machine'
import { today } from './results'
import type { Range } from './statistics'
import { tableOf } from './table'

const whole = (value: number) => Math.round(value).toLocaleString('en')
const withRange = ({ median, min, max }: Range, show: (value: number) => string) =>
  `${show(median)} (${show(min)}–${show(max)})`
const verdict = (met: boolean) => (met ? 'passed' : 'missed')

/** Whether a result meets every bar of `growth`. */
export const isWithinGrowthBars = ({ cases, sequentialScans, housekeeping }: GrowthResult): boolean =>
  cases.every(({ met }) => met) && Object.values(sequentialScans).every((scans) => scans === 0) && housekeeping.met

/** The result as Markdown. */
export function describeGrowth(result: GrowthResult): string {
  const { machine, generator, accounts, loadSeconds, cases, sequentialScans, housekeeping, sizes, memoryMb } = result
  const { removedPerSecond, addedPerSecond, requestsPerSecond } = housekeeping
  const scans = Object.entries(sequentialScans).map(([table, count]) => `${table} ${count}`)
  return [
    `${today()}. ${nameMachine(machine)}; load from ${generator}. All of them share the machine.`,
    `${whole(accounts.many)} accounts and as many old requests were loaded in ${whole(loadSeconds)} s.`,
    '',
    tableOf(
      [
        'per second',
        `${whole(accounts.few)} accounts`,
        `${whole(accounts.many)} accounts`,
        `ratio (bar: ${SHARE_AT_LEAST})`,
        'verdict',
      ],
      cases.map(({ name, few, many, ratio, met }) => [
        name,
        withRange(few, whole),
        withRange(many, whole),
        withRange(ratio, (value) => value.toFixed(2)),
        verdict(met),
      ]),
    ),
    '',
    `Sequential scans of the large tables (bar: none): ${scans.join(', ')}.`,
    `Housekeeping removed ${whole(removedPerSecond)} old rows per second while ${whole(requestsPerSecond)} requests per second added ${whole(addedPerSecond)} rows per second: ${verdict(housekeeping.met)}.`,
    ...(memoryMb === undefined ? [] : [`Memory of the server after the load: ${memoryMb} MB.`]),
    '',
    tableOf(
      ['size per million rows', 'MB'],
      sizes.flatMap(({ table, tableMb, indexes }) => [
        [table, whole(tableMb)],
        ...indexes.map(({ name, mb }) => [`${name} (index)`, whole(mb)]),
        [`${table} with its indexes`, whole(tableMb + indexes.reduce((sum, { mb }) => sum + mb, 0))],
      ]),
    ),
  ].join('\n')
}
