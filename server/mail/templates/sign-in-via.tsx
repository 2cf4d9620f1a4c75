import { messages } from '@/messages/en'
import { EmailLayout, Paragraph, SmallPrint } from './email-layout'
import { oneLine } from './one-line'
import { renderEmail } from './render-email'
import { renderOnce } from './render-once'

export interface SignInViaProps {
  recipientName: string | null
  username: string | null
  /** The identity provider, such as `Google`. */
  provider: string
  device: string | null
  /** For readers, with its time zone. */
  requestedAt: string
}

const texts = messages.signInViaEmail

/**
 * Renders the answer to a reset request for an account that has no password: which identity provider the person
 * signs in with. It has no link and no code.
 */
export const renderSignInVia = renderOnce<SignInViaProps>(
  (props) => renderEmail(texts.subject, <SignInViaEmail {...props} />),
  { recipientName: 'line', username: 'line', provider: 'line', device: 'line', requestedAt: 'exact' },
)

export function SignInViaEmail(props: SignInViaProps) {
  const provider = oneLine(props.provider) ?? ''
  return (
    <EmailLayout
      subject={texts.subject}
      preview={texts.lead(provider)}
      greeting={messages.mail.greeting(oneLine(props.recipientName))}
    >
      <Paragraph>{texts.lead(provider)}</Paragraph>
      <Paragraph>{texts.next(provider)}</Paragraph>
      {props.username && <Paragraph>{messages.mail.username(props.username)}</Paragraph>}
      <Paragraph>{texts.notYou}</Paragraph>
      <SmallPrint>{messages.mail.requestedOn(props.requestedAt, oneLine(props.device))}</SmallPrint>
    </EmailLayout>
  )
}
