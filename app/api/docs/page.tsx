import type { Metadata } from 'next'
import { messages } from '@/messages/en'
import { ApiReference } from './api-reference'

export const metadata: Metadata = { title: messages.apiDocs.title }

/** The reference of `/api/openapi.json`. */
export default function ApiDocsPage() {
  return (
    <main className="mx-auto max-w-5xl px-4 py-8">
      <ApiReference />
    </main>
  )
}
