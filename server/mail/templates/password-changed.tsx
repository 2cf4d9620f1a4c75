import { messages } from '@/messages/en'
import { Action, EmailLayout, Paragraph } from './email-layout'
import { oneLine } from './one-line'
import { renderEmail } from './render-email'
import { renderOnce } from './render-once'

export interface PasswordChangedProps {
  recipientName: string | null
  /** In words, with its zone. */
  changedAt: string
  device: string | null
  /** The whole address, secret included. */
  secureAccountLink: string
}

const words = messages.passwordChangedEmail

/** The mail that tells the owner of a changed password, with the way to undo it (NIST SP 800-63B-4 §4.2.3). */
export const renderPasswordChanged = renderOnce<PasswordChangedProps>(
  (props) => renderEmail(words.subject, <PasswordChangedEmail {...props} />),
  { recipientName: 'line', changedAt: 'exact', device: 'line', secureAccountLink: 'exact' },
)

export function PasswordChangedEmail(props: PasswordChangedProps) {
  return (
    <EmailLayout
      subject={words.subject}
      preview={words.preview}
      greeting={messages.mail.greeting(oneLine(props.recipientName))}
    >
      <Paragraph>{words.lead(props.changedAt, oneLine(props.device))}</Paragraph>
      <Paragraph>{words.wasYou}</Paragraph>
      <Paragraph>{words.notYou}</Paragraph>
      <Action href={props.secureAccountLink} label={words.button} />
    </EmailLayout>
  )
}
