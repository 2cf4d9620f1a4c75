import type { Locale } from '@/server/language/languages'
import { type Texts, textsIn } from '@/server/language/texts'
import { EmailLayout, Paragraph, RequestedOn } from './email-layout'
import { oneLine } from './one-line'
import { renderEmail } from './render-email'
import { renderOnce } from './render-once'

export interface SignInViaProps {
  locale: Locale
  recipientName: string | null
  username: string | null
  /** The identity provider, such as `Google`. */
  provider: string
  device: string | null
  /** For readers, with its time zone. */
  requestedAt: string
}

/**
 * Renders the answer to a reset request for an account that has no password: which identity provider the person
 * signs in with. It has no link and no code.
 */
export const renderSignInVia = renderOnce<SignInViaProps>(
  async (props) => {
    const texts = await textsIn(props.locale)
    return renderEmail(texts('email.signInVia.subject'), <SignInViaEmail texts={texts} {...props} />)
  },
  { recipientName: 'line', username: 'line', provider: 'line', device: 'line', requestedAt: 'exact' },
)

export function SignInViaEmail({ texts, ...props }: { texts: Texts } & SignInViaProps) {
  const provider = oneLine(props.provider) ?? ''
  return (
    <EmailLayout
      texts={texts}
      subject={texts('email.signInVia.subject')}
      preview={texts('email.signInVia.lead', { provider })}
      recipientName={oneLine(props.recipientName)}
    >
      <Paragraph>{texts('email.signInVia.lead', { provider })}</Paragraph>
      <Paragraph>{texts('email.signInVia.next', { provider })}</Paragraph>
      {props.username && <Paragraph>{texts('email.shared.username', { username: props.username })}</Paragraph>}
      <Paragraph>{texts('email.signInVia.notYou')}</Paragraph>
      <RequestedOn texts={texts} time={props.requestedAt} device={oneLine(props.device)} />
    </EmailLayout>
  )
}
