import { redirect } from 'next/navigation'
import { messages } from '@/messages/en'
import { ButtonLink } from './_components/button'
import { PageHeading } from './_components/page-heading'
import { PageShell } from './_components/page-shell'
import { TextLink } from './_components/text-link'
import { api } from './_trpc/server'

export default async function HomePage() {
  const caller = await api()
  if (await caller.session.current()) redirect('/account')
  const words = messages.home
  return (
    <PageShell>
      <PageHeading>{words.title}</PageHeading>
      <p className="mt-3 text-ink-soft">{words.lead}</p>
      <div className="mt-8 mb-3">
        <ButtonLink href="/sign-in">{words.signIn}</ButtonLink>
      </div>
      <TextLink href="/forgot-password">{words.forgot}</TextLink>
    </PageShell>
  )
}
