'use client'

import './globals.css'

/**
 * Replaces the whole document if the layout itself fails. It must work when everything else fails, so it uses neither the
 * brand nor the language of the page, and its link needs no script.
 */
export default function GlobalError({ error }: { error: unknown }) {
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : null
  return (
    <html lang="en">
      <body>
        <title>Something went wrong</title>
        <main className="mx-auto max-w-md px-gutter py-12">
          <h1 className="font-display text-title">Something went wrong</h1>
          <p className="mt-3 text-ink-soft">The problem is on our side. Try again in a moment.</p>
          {digest ? <p className="mt-3 text-sm text-ink-soft">Reference: {digest}</p> : null}
          <p className="mt-6">
            <a href="/" className="inline-flex min-h-target items-center font-semibold text-accent underline">
              Go to the home page
            </a>
          </p>
        </main>
      </body>
    </html>
  )
}
