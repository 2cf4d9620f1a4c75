import { randomUUID } from 'node:crypto'
import { oneLine } from './one-line'
import type { RenderedEmail } from './render-email'

/**
 * React takes two milliseconds and more for one mail, so a full batch would hold up the requests of its process for a
 * quarter of a second. Each shape of a mail is therefore rendered once, with a marker for each value of its
 * own; later mails of that shape are the same text with their values filled in, in microseconds.
 */

/** How a value stands in a mail: an `exact` one as it is, a `line` from outside as `oneLine` makes it. */
type Filling = 'exact' | 'line'

/** A text cut at its markers: literal pieces, and between them the name of the value that goes there. */
type Cut = { literal: string; value?: string }[]

/** More shapes than a policy has; a value that is no filling but varies all the same must not pile up. */
const MAX_SHAPES = 100

/**
 * @param render the mail as React renders it.
 * @param fillings the properties that differ from mail to mail; all others make the shape.
 */
export function renderOnce<Props extends object>(
  render: (props: Props) => Promise<RenderedEmail>,
  fillings: Partial<Record<keyof Props & string, Filling>>,
): (props: Props) => Promise<RenderedEmail> {
  const nonce = randomUUID().replaceAll('-', '')
  const markers = new Map(Object.keys(fillings).map((name, at) => [`x${nonce}x${at}x`, name]))
  const shapes = new Map<string, Promise<{ subject: string; html: Cut; text: Cut }>>()

  function cut(text: string): Cut {
    const pieces = text.split(new RegExp(`(${[...markers.keys()].join('|')})`))
    return pieces.flatMap((piece, at) => (at % 2 ? [] : [{ literal: piece, value: markers.get(pieces[at + 1] ?? '') }]))
  }

  return async (props) => {
    const values: Record<string, string> = {}
    const shape = { ...props } as Record<string, unknown>
    for (const [marker, name] of markers) {
      const given = shape[name] as string | null
      const value = fillings[name as keyof typeof fillings] === 'line' ? oneLine(given) : given
      shape[name] = value === null ? null : marker
      if (value !== null) values[name] = value
    }
    const key = JSON.stringify(shape)
    if (shapes.size >= MAX_SHAPES) shapes.clear()
    let template = shapes.get(key)
    if (!template) {
      template = render(shape as Props).then(({ subject, html, text }) => ({
        subject,
        html: cut(html),
        text: cut(text),
      }))
      shapes.set(key, template)
      template.catch(() => shapes.delete(key))
    }
    const { subject, html, text } = await template
    return { subject, html: fill(html, values, escapeHtml), text: fill(text, values, String) }
  }
}

const fill = (cut: Cut, values: Record<string, string>, written: (value: string) => string) =>
  cut.map(({ literal, value }) => (value === undefined ? literal : literal + written(values[value] ?? ''))).join('')

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' }

/** As React escapes text and attributes. */
const escapeHtml = (value: string) => value.replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
