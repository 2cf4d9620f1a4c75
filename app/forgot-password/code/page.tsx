import { getLocale } from 'next-intl/server'
import { PageShell } from '@/app/_components/page-shell'
import { ClientTexts } from '@/app/_language/client-texts'
import { pageTitle } from '@/app/_language/page-title'
import { api, formStart, lastDone, seeOther } from '@/app/_trpc/server'
import { formatDuration } from '@/server/language/format-duration'
import { CheckEmail } from './check-email'
import { findMailProvider } from './mail-provider'

export const generateMetadata = pageTitle('code')

/** The browser's cookie names the flow's row, so a reload and a second tab show the same state. */
export default async function CodePage() {
  const caller = await api()
  const [flow, terms, pauses, start, done] = await Promise.all([
    caller.recovery.flow(),
    caller.recovery.terms(),
    caller.recovery.pauses(),
    formStart(),
    lastDone(),
  ])
  if (!flow) seeOther('/forgot-password')
  const formats = await getLocale()
  return (
    <PageShell>
      <ClientTexts parts={['code', 'resend', 'paused', 'errors', 'retry', 'support']}>
        <CheckEmail
          flow={flow}
          start={start}
          sentAgain={done?.what === 'email-sent'}
          provider={findMailProvider(flow.account)}
          pauses={pauses}
          concealed={terms.disclosure === 'conceal'}
          linkDuration={formatDuration(formats, terms.linkTtlSeconds)}
          codeDuration={formatDuration(formats, terms.codeTtlSeconds)}
        />
      </ClientTexts>
    </PageShell>
  )
}
