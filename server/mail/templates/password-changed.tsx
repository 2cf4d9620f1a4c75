import { messages } from '@/messages/en'
import { Action, MailLayout, Paragraph } from './mail-layout'
import { oneLine } from './one-line'
import { renderMail } from './render-mail'
import { renderOnce } from './render-once'

export interface PasswordChangedProps {
  recipientName: string | null
  /** In words, with its zone. */
  changedAt: string
  device: string | null
  /** The whole address, secret included. */
  notMeLink: string
}

const words = messages.passwordChangedMail

/** The mail that tells the owner of a changed password, with the way to undo it (NIST SP 800-63B-4 §4.2.3). */
export const renderPasswordChanged = renderOnce<PasswordChangedProps>(
  (props) => renderMail(words.subject, <PasswordChangedMail {...props} />),
  { recipientName: 'line', changedAt: 'exact', device: 'line', notMeLink: 'exact' },
)

export function PasswordChangedMail(props: PasswordChangedProps) {
  return (
    <MailLayout
      subject={words.subject}
      preview={words.preview}
      greeting={messages.mail.greeting(oneLine(props.recipientName))}
    >
      <Paragraph>{words.lead(props.changedAt, oneLine(props.device))}</Paragraph>
      <Paragraph>{words.wasYou}</Paragraph>
      <Paragraph>{words.notYou}</Paragraph>
      <Action href={props.notMeLink} label={words.button} copyLead={words.linkLead} />
    </MailLayout>
  )
}
