import { render, toPlainText } from '@react-email/render'
import type { ReactElement } from 'react'

export interface RenderedEmail {
  subject: string
  html: string
  text: string
}

/** Both parts of a mail from one tree, the same to the byte each time: a retry sends what the first try sent. */
export async function renderEmail(subject: string, mail: ReactElement): Promise<RenderedEmail> {
  const html = await render(mail)
  const text = toPlainText(html, {
    selectors: [
      { selector: 'h1', options: { uppercase: false, leadingLineBreaks: 2, trailingLineBreaks: 2 } },
      { selector: 'hr', format: 'skip' },
    ],
  })
  return { subject, html, text: `${text.trim()}\n` }
}
