import { messages } from '@/messages/en'
import { Action, EmailLayout, Paragraph } from './email-layout'
import { oneLine } from './one-line'
import { renderEmail } from './render-email'
import { renderOnce } from './render-once'

export interface PasswordChangedProps {
  recipientName: string | null
  username: string | null
  /** For readers, with its time zone. */
  changedAt: string
  device: string | null
  /** The full address, with its token. */
  secureAccountLink: string
}

const texts = messages.passwordChangedEmail

/**
 * Renders the email that follows a password change (NIST SP 800-63B-4 §4.2.3): when and from which device it was
 * changed, that all devices were signed out, and the "this wasn't me" link.
 */
export const renderPasswordChanged = renderOnce<PasswordChangedProps>(
  (props) => renderEmail(texts.subject, <PasswordChangedEmail {...props} />),
  { recipientName: 'line', username: 'line', changedAt: 'exact', device: 'line', secureAccountLink: 'exact' },
)

export function PasswordChangedEmail(props: PasswordChangedProps) {
  return (
    <EmailLayout
      subject={texts.subject}
      preview={texts.preview}
      greeting={messages.mail.greeting(oneLine(props.recipientName))}
    >
      <Paragraph>{texts.lead(props.changedAt, oneLine(props.device))}</Paragraph>
      {props.username && <Paragraph>{messages.mail.username(props.username)}</Paragraph>}
      <Paragraph>{texts.wasYou}</Paragraph>
      <Paragraph>{texts.notYou}</Paragraph>
      <Action href={props.secureAccountLink} label={texts.button} />
    </EmailLayout>
  )
}
