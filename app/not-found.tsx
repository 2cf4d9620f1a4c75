import type { Metadata } from 'next'
import { messages } from '@/messages/en'
import { ButtonLink } from './_components/button'
import { PageHeading } from './_components/page-heading'
import { PageShell } from './_components/page-shell'

export const metadata: Metadata = { title: messages.notFound.title }

export default function NotFound() {
  return (
    <PageShell>
      <PageHeading>{messages.notFound.title}</PageHeading>
      <p className="mt-3 text-ink-soft">{messages.notFound.body}</p>
      <div className="mt-8">
        <ButtonLink href="/">{messages.notFound.home}</ButtonLink>
      </div>
    </PageShell>
  )
}
