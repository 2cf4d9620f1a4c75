import { randomUUID } from 'node:crypto'
import { inertName, inertUsername, inertUsernameHtml, oneLine } from './inert-text'
import type { RenderedEmail } from './render-email'

/**
 * React takes two milliseconds or more for one email, so a full batch would block its process for a quarter of a
 * second. Therefore React renders a template once, with a placeholder for each value that differs between emails.
 * Further emails take microseconds: their values replace the placeholders.
 */

/** How a value is written: `exact` as it is, the others so that no mail program makes it a link (`inert-text.ts`). */
type ValueKind = 'exact' | 'name' | 'username'

/** A text that was cut at its placeholders: literal pieces, each followed by the name of a value. */
type Pieces = { literal: string; valueName?: string }[]

interface Template {
  subject: string
  html: Pieces
  text: Pieces
}

/**
 * The most templates that are kept, at about 15 kB each. All languages of a policy need fewer. The limit keeps a property
 * that varies, but was not listed in `values`, from filling the memory.
 */
const MAX_TEMPLATES = 500

const CLEAN: Record<ValueKind, (value: string | null) => string | null> = {
  exact: (value) => value,
  name: inertName,
  username: oneLine,
}

/**
 * Makes a function that renders emails with React only when it has no template for them.
 * @param render renders an email with React.
 * @param values the properties that differ between emails. All others, and which values are null, make a new template.
 * @returns a function with the same results as `render`.
 */
export function renderOnce<Props extends object>(
  render: (props: Props) => Promise<RenderedEmail>,
  values: Partial<Record<keyof Props & string, ValueKind>>,
): (props: Props) => Promise<RenderedEmail> {
  // Random, so that no text from outside contains a placeholder.
  const nonce = randomUUID().replaceAll('-', '')
  const placeholders = new Map(Object.keys(values).map((name, at) => [`x${nonce}x${at}x`, name]))
  const templates = new Map<string, Promise<Template>>()

  const kindOf = (name: string) => values[name as keyof typeof values] as ValueKind

  const htmlOf = (name: string, value: string) =>
    kindOf(name) === 'username' ? inertUsernameHtml(value, escapeHtml) : escapeHtml(value)

  const textOf = (name: string, value: string) => (kindOf(name) === 'username' ? inertUsername(value) : value)

  /** Splits the properties into the values of this email and the properties to render a template with. */
  function separate(props: Props) {
    const own: Record<string, string> = {}
    const shared = { ...props } as Record<string, unknown>
    for (const [placeholder, name] of placeholders) {
      const given = shared[name] as string | null
      const value = CLEAN[kindOf(name)](given)
      shared[name] = value === null ? null : placeholder
      if (value !== null) own[name] = value
    }
    return { own, shared }
  }

  function cut(text: string): Pieces {
    const parts = text.split(new RegExp(`(${[...placeholders.keys()].join('|')})`))
    return parts.flatMap((part, at) =>
      at % 2 ? [] : [{ literal: part, valueName: placeholders.get(parts[at + 1] ?? '') }],
    )
  }

  async function makeTemplate(shared: Record<string, unknown>): Promise<Template> {
    const { subject, html, text } = await render(shared as Props)
    return { subject, html: cut(html), text: cut(text) }
  }

  return async (props) => {
    const { own, shared } = separate(props)
    const key = JSON.stringify(shared)
    if (templates.size >= MAX_TEMPLATES) templates.clear()
    let template = templates.get(key)
    if (!template) {
      template = makeTemplate(shared)
      templates.set(key, template)
      template.catch(() => templates.delete(key))
    }
    const { subject, html, text } = await template
    return { subject, html: fill(html, own, htmlOf), text: fill(text, own, textOf) }
  }
}

const fill = (pieces: Pieces, values: Record<string, string>, write: (name: string, value: string) => string) =>
  pieces
    .map(({ literal, valueName: name }) => (name === undefined ? literal : literal + write(name, values[name] ?? '')))
    .join('')

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' }

/** Escapes text and attribute values exactly as React does. */
const escapeHtml = (value: string) => value.replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
