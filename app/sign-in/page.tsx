import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { PageHeading } from '@/app/_components/page-heading'
import { PageShell } from '@/app/_components/page-shell'
import { api, signInUrl } from '@/app/_trpc/server'
import { messages } from '@/messages/en'
import { SignInForm } from './sign-in-form'

export const metadata: Metadata = { title: messages.signIn.title }

export default async function SignInPage() {
  if (signInUrl() !== '/sign-in') redirect(signInUrl())
  const caller = await api()
  if (await caller.session.current()) redirect('/account')
  return (
    <PageShell>
      <PageHeading>{messages.signIn.title}</PageHeading>
      <SignInForm />
    </PageShell>
  )
}
