import { MEMORY_AT_MOST_MB, ratioOf, STATEMENTS_AT_MOST } from './bars'
import { type Bar, barChart } from './chart'
import { nameMachine } from './machine'
import { today } from './results'
import type { Range } from './statistics'
import { tableOf } from './table'
import type { ThroughputResult } from './throughput'

const whole = (value: number) => Math.round(value).toLocaleString('en')
const hundredths = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : '')
const spread = ({ min, max }: Range, show: (value: number) => string) => `${show(min)}–${show(max)}`
const verdict = (met: boolean) => (met ? 'passed' : 'missed')

/** Bound by a hash: a ratio to the bare route would mean nothing. */
const NOT_REQUESTS = new Set(['reset', 'hash'])
const OTHERS = new Set(['bare', 'bare-json', 'better-auth', 'hash'])

/** How it was measured, in a few lines. */
function describeRun({ machine, generator, rounds, seconds, accounts, quick }: ThroughputResult): string[] {
  return [
    `${today()}. ${nameMachine(machine)}; load from ${generator}. All of them share the machine.`,
    `Medians and ranges of ${rounds} shuffled rounds of ${seconds} s after a warm-up, ${whole(accounts)} accounts.`,
    ...(quick ? ['A quick run: its figures show that everything works, and are not to be quoted.'] : []),
  ]
}

/** The result as Markdown, which is also what the terminal shows. */
export function describeThroughput(result: ThroughputResult): string {
  const { cases, ratios, statements, memoryMb, samples } = result
  const hasBare = cases.some(({ id }) => id === 'bare')
  const rows = cases.map(({ id, name, connections, perSecond, p50Ms, p99Ms }) => [
    name,
    String(connections),
    whole(perSecond.median),
    spread(perSecond, whole),
    hasBare && !NOT_REQUESTS.has(id) ? hundredths(ratioOf(samples, id, 'bare').median) : '',
    p50Ms.toFixed(1),
    p99Ms.toFixed(1),
  ])
  const bars = [
    ...ratios.map(({ name, ofName, ratio, atLeast, met }) => [
      `${name} : ${ofName}`,
      `${hundredths(ratio.median)}`,
      spread(ratio, hundredths),
      `≥ ${atLeast.toFixed(2)}`,
      verdict(met),
    ]),
    ...Object.entries(statements).map(([name, count]) => {
      const most = STATEMENTS_AT_MOST[name] ?? 0
      return [`SQL statements of ${name}`, String(count), '', `≤ ${most}`, verdict(count <= most)]
    }),
    ...(memoryMb === undefined
      ? []
      : [
          [
            'memory of the server after the load, MB',
            String(memoryMb),
            '',
            `≤ ${MEMORY_AT_MOST_MB}`,
            verdict(memoryMb <= MEMORY_AT_MOST_MB),
          ],
        ]),
  ]
  return [
    describeRun(result).join('\n'),
    tableOf(['case', 'at once', 'requests/s', 'range', 'of bare', 'p50 ms', 'p99 ms'], rows),
    bars.length > 0 ? tableOf(['bar', 'measured', 'range', 'wanted', 'verdict'], bars) : '',
  ]
    .filter(Boolean)
    .join('\n\n')
}

/** The cases as bars. A line shows the rate that a case must reach, compared with the bare route. */
export function drawThroughput(result: ThroughputResult): string {
  const rateOf = (id: string) => result.cases.find((each) => each.id === id)?.perSecond.median ?? 0
  const bars = result.cases.map(({ id, name, perSecond }): Bar => {
    const target = result.ratios.find((ratio) => ratio.id === id && ['bare', 'hash'].includes(ratio.of))
    return {
      name,
      value: perSecond.median,
      min: perSecond.min,
      max: perSecond.max,
      label: `${whole(perSecond.median)}/s${target ? ` · ${hundredths(target.ratio.median)} of ${target.of === 'bare' ? 'the bare route' : 'argon2id alone'}` : ''}`,
      ours: !OTHERS.has(id),
      ...(target && { target: { value: target.atLeast * rateOf(target.of), met: target.met } }),
    }
  })
  const notes = [
    ...describeRun(result),
    'Blue: Latchkey. A thin line is the range of the rounds, an upright one the bar: red where it is missed.',
  ]
  return barChart('Requests per second', notes, bars)
}
