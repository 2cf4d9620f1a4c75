import { Text } from '@react-email/components'
import { messages } from '@/messages/en'
import { look } from './look'
import { Action, MailLayout, Paragraph, SmallPrint } from './mail-layout'
import { oneLine } from './one-line'
import { type RenderedMail, renderMail } from './render-mail'

export interface PasswordResetProps {
  recipientName: string | null
  /** The whole address, secret included. */
  link: string
  /** Shown when there is one. */
  code: string | null
  linkMinutes: number
  codeMinutes: number
  device: string | null
  /** In words, with its zone. */
  requestedAt: string
}

const words = messages.passwordResetMail

/** The mail that lets its reader choose a new password. */
export function renderPasswordReset(props: PasswordResetProps): Promise<RenderedMail> {
  return renderMail(words.subject, <PasswordResetMail {...props} />)
}

function PasswordResetMail(props: PasswordResetProps) {
  const linkSeconds = props.linkMinutes * 60
  return (
    <MailLayout
      subject={words.subject}
      preview={words.preview(linkSeconds)}
      greeting={messages.mail.greeting(oneLine(props.recipientName))}
    >
      <Paragraph>{words.lead}</Paragraph>
      <Action href={props.link} label={words.button} copyLead={words.linkLead} />
      <Paragraph>{words.terms(linkSeconds)}</Paragraph>
      {props.code ? (
        <>
          <Paragraph>{words.codeLead(props.codeMinutes * 60)}</Paragraph>
          <Text className="code" style={look.code}>
            {props.code}
          </Text>
        </>
      ) : null}
      <Paragraph>{words.notYou}</Paragraph>
      <SmallPrint>{messages.mail.asked(props.requestedAt, oneLine(props.device))}</SmallPrint>
    </MailLayout>
  )
}
