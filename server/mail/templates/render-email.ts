import { render, toPlainText } from '@react-email/render'
import type { ReactElement } from 'react'

export interface RenderedEmail {
  subject: string
  html: string
  text: string
}

/** Renders both bodies of an email from one tree. The result is the same on every try, as an idempotency key requires. */
export async function renderEmail(subject: string, email: ReactElement): Promise<RenderedEmail> {
  const html = await render(email)
  const text = toPlainText(html, {
    selectors: [
      { selector: 'h1', options: { uppercase: false, leadingLineBreaks: 2, trailingLineBreaks: 2 } },
      { selector: 'hr', format: 'skip' },
    ],
  })
  return { subject, html, text: `${text.trim()}\n` }
}
