'use client'

import './globals.css'
import { messages } from '@/messages/en'
import { LatchkeyMark } from './_components/latchkey-mark'

const words = messages.problem

/** Replaces the whole document if the layout itself fails. Its link is plain, so that it works without a script. */
export default function GlobalError({ error }: { error: unknown }) {
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : null
  return (
    <html lang="en">
      <body>
        <title>{`${words.title} · ${messages.brand}`}</title>
        <main className="mx-auto max-w-md px-gutter py-12">
          <LatchkeyMark />
          <h1 className="mt-6 font-display text-title">{words.title}</h1>
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
