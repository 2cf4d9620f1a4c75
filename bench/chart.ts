/**
 * Charts as SVG text. Two simple kinds are needed, so they are written here: the libraries that draw without a browser
 * are larger than everything else that the measurements need.
 */

const FONT = 'font-family="system-ui, sans-serif"'
const INK = '#1f2937'
const FAINT = '#6b7280'
const COLOURS = { ours: '#2563eb', other: '#9ca3af' }
const MISSED = '#b91c1c'

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const text = (x: number, y: number, content: string, options = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${options}>${escaped(content)}</text>`

function svg(width: number, height: number, title: string, parts: string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" ${FONT} font-size="13" fill="${INK}">`
  const background = `<title>${escaped(title)}</title>\n<rect width="${width}" height="${height}" fill="#fff"/>`
  return `${[head, background, text(16, 26, title, 'font-size="16" font-weight="600"'), ...parts, '</svg>'].join('\n')}\n`
}

export interface Bar {
  name: string
  value: number
  min: number
  max: number
  /** Behind the bar. */
  label: string
  ours: boolean
  /** A value that the bar should reach, and whether it does. */
  target?: { value: number; met: boolean }
}

/** Horizontal bars with their ranges; a line shows the target of a bar. */
export function barChart(title: string, notes: string[], bars: Bar[]): string {
  const [left, right, top, step] = [330, 850, 46, 26]
  const most = Math.max(...bars.flatMap(({ max, target }) => [max, target?.value ?? 0]))
  const x = (value: number) => left + (value / most) * (right - left - 120)
  const parts = bars.flatMap(({ name, value, min, max, label, ours, target }, row) => {
    const y = top + row * step
    const middle = y + 8
    return [
      text(left - 8, y + 13, name, 'text-anchor="end"'),
      `<rect x="${left}" y="${y}" width="${(x(value) - left).toFixed(1)}" height="16" fill="${ours ? COLOURS.ours : COLOURS.other}"/>`,
      `<path d="M${x(min).toFixed(1)} ${middle}H${x(max).toFixed(1)}" stroke="${INK}" stroke-width="1.5"/>`,
      ...(target === undefined
        ? []
        : [
            `<path d="M${x(target.value).toFixed(1)} ${y - 3}v22" stroke="${target.met ? INK : MISSED}" stroke-width="2"/>`,
          ]),
      text(x(Math.max(max, target?.value ?? 0)) + 8, y + 13, label),
    ]
  })
  const bottom = top + bars.length * step + 14
  const footer = notes.map((note, row) => text(16, bottom + row * 17, note, `font-size="11" fill="${FAINT}"`))
  return svg(860, bottom + notes.length * 17, title, [...parts, ...footer])
}

export interface Line {
  name: string
  unit: string
  /** One for each time. */
  values: number[]
}

/** Lines over time, each in a panel of its own with its own scale from zero. */
export function lineCharts(title: string, notes: string[], minutes: number[], lines: Line[]): string {
  const [left, right, top, height] = [90, 840, 60, 90]
  const end = Math.max(...minutes, 0.1)
  const x = (minute: number) => left + (minute / end) * (right - left)
  const panel = ({ name, unit, values }: Line, row: number) => {
    const y0 = top + row * (height + 40) + height
    const most = Math.max(...values, 1) * 1.1
    const y = (value: number) => y0 - (value / most) * height
    const points = values.map((value, at) => `${x(minutes[at] ?? 0).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
    const scale = [0, Math.max(...values)].map((value) =>
      text(
        left - 8,
        y(value) + 4,
        `${Math.round(value).toLocaleString('en')}`,
        `text-anchor="end" font-size="11" fill="${FAINT}"`,
      ),
    )
    return [
      text(left, y0 - height - 8, `${name} (${unit})`),
      `<path d="M${left} ${y0}H${right}" stroke="#d1d5db"/>`,
      `<polyline points="${points}" fill="none" stroke="${COLOURS.ours}" stroke-width="1.5"/>`,
      ...scale,
    ]
  }
  const bottom = top + lines.length * (height + 40)
  const axis = [0, 0.25, 0.5, 0.75, 1].map((share) =>
    text(
      x(share * end),
      bottom - 22,
      `${(share * end).toFixed(1)} min`,
      `text-anchor="middle" font-size="11" fill="${FAINT}"`,
    ),
  )
  const footer = notes.map((note, row) => text(16, bottom + 6 + row * 17, note, `font-size="11" fill="${FAINT}"`))
  return svg(860, bottom + notes.length * 17 + 6, title, [...lines.flatMap(panel), ...axis, ...footer])
}
