import { render, toPlainText } from '@react-email/render'
import type { ReactElement } from 'react'
import { OUTLOOK_HEAD } from './styles'

export interface RenderedEmail {
  subject: string
  html: string
  text: string
}

/** Renders both bodies of an email from one tree. The result is the same on every try, as an idempotency key requires. */
export async function renderEmail(subject: string, email: ReactElement): Promise<RenderedEmail> {
  // React marks where its parts begin and end with comments, which an email does not need.
  const html = (await render(email)).replace(/<!--.*?-->/g, '')
  const text = toPlainText(html, {
    selectors: [
      // Each link is an address that the text already shows.
      { selector: 'a', options: { ignoreHref: true } },
      { selector: 'h1', options: { uppercase: false, leadingLineBreaks: 2, trailingLineBreaks: 2 } },
      { selector: 'h2', options: { uppercase: false, leadingLineBreaks: 2, trailingLineBreaks: 1 } },
    ],
  })
  return { subject, html: html.replace('</head>', `${OUTLOOK_HEAD}</head>`), text: `${text.trim()}\n` }
}
