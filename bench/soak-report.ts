import { lineCharts } from './chart'
import { nameMachine } from './machine'
import { today } from './results'
import type { SoakResult, SoakSample } from './soak'
import { median } from './statistics'
import { tableOf } from './table'

/** How much more the last third may have than the first, and below which growth is noise. */
const GROWTH = { memoryMb: { factor: 1.1, noise: 20 }, p99Ms: { factor: 1.5, noise: 5 } }
/** The part of the beginning that counts as warm-up. */
const WARM_UP = 0.2

export interface SoakVerdict {
  figure: keyof typeof GROWTH
  first: number
  last: number
  met: boolean
}

/** Compares the medians of the first and the last third after the warm-up. */
export function judgeSoak({ samples }: SoakResult): SoakVerdict[] {
  const steady = samples.slice(Math.ceil(samples.length * WARM_UP))
  const third = Math.max(1, Math.floor(steady.length / 3))
  return (Object.keys(GROWTH) as (keyof typeof GROWTH)[]).map((figure) => {
    const of = (part: SoakSample[]) => median(part.map((sample) => sample[figure]))
    const [first, last] = [of(steady.slice(0, third)), of(steady.slice(-third))]
    const { factor, noise } = GROWTH[figure]
    return { figure, first, last, met: last <= Math.max(first * factor, first + noise) }
  })
}

const NAMES: Record<keyof typeof GROWTH, string> = {
  memoryMb: 'memory of the server, MB',
  p99Ms: '99th percentile, ms',
}

function describeRun({
  machine,
  minutes,
  topRate,
  rate,
  resets,
  webhooks,
  removedRows,
  samples,
}: SoakResult): string[] {
  const { emails = 0, events = 0 } = samples.at(-1) ?? {}
  return [
    `${today()}. ${nameMachine(machine)}. Load, server and database share the machine.`,
    `${minutes} min at ${rate} requests/s, half of the top rate of ${Math.round(topRate)}. No answer with a wrong status, no failed email or event.`,
    `Meanwhile: ${emails} emails, ${resets} resets, ${events} events, ${webhooks} webhooks, ${removedRows} old requests removed.`,
  ]
}

/** The result as Markdown. */
export function describeSoak(result: SoakResult): string {
  const rows = judgeSoak(result).map(({ figure, first, last, met }) => [
    NAMES[figure],
    first.toFixed(0),
    last.toFixed(0),
    met ? 'passed' : 'missed',
  ])
  const [begin, end] = [result.samples[0], result.samples.at(-1)]
  const seen = (name: string, of: (sample: SoakSample) => number) => [
    name,
    ...[begin, end].map((sample) => (sample ? Math.round(of(sample)).toLocaleString('en') : '')),
    '',
  ]
  return [
    describeRun(result).join('\n'),
    '',
    tableOf(['figure', 'first third', 'last third', 'verdict'], rows),
    '',
    tableOf(
      ['figure', 'at first', 'at last', ''],
      [
        seen('connections to PostgreSQL', ({ connections }) => connections),
        seen('tables and indexes, MB', ({ tablesMb }) => tablesMb),
        seen('dead rows', ({ deadRows }) => deadRows),
      ],
    ),
  ].join('\n')
}

/** What happened over time. */
export function drawSoak(result: SoakResult): string {
  const { samples } = result
  const line = (name: string, unit: string, of: (sample: SoakSample) => number) => ({
    name,
    unit,
    values: samples.map(of),
  })
  return lineCharts(
    'A soak at half of the top rate',
    describeRun(result),
    samples.map(({ minute }) => minute),
    [
      line('Memory of the server', 'MB', ({ memoryMb }) => memoryMb),
      line('99th percentile', 'ms', ({ p99Ms }) => p99Ms),
      line('Dead rows', 'rows', ({ deadRows }) => deadRows),
      line('Tables and indexes', 'MB', ({ tablesMb }) => tablesMb),
      line('Connections to PostgreSQL', 'connections', ({ connections }) => connections),
    ],
  )
}
