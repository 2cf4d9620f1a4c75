'use client'

import './globals.css'
import { messages } from '@/messages/en'

const words = messages.problem

/** Replaces the whole document if the layout itself fails. It depends on nothing, so it does not know the brand. */
export default function GlobalError({ error }: { error: unknown }) {
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : null
  return (
    <html lang="en">
      <body>
        <title>{words.title}</title>
        <main className="mx-auto max-w-md px-gutter py-12">
          <h1 className="font-display text-title">{words.title}</h1>
          <p className="mt-3 text-ink-soft">{words.body}</p>
          {digest ? <p className="mt-3 text-sm text-ink-soft">{words.reference(digest)}</p> : null}
          <p className="mt-6">
            <a href="/" className="inline-flex min-h-target items-center font-semibold text-accent underline">
              {messages.notFound.home}
            </a>
          </p>
        </main>
      </body>
    </html>
  )
}
