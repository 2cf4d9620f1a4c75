import { Text } from '@react-email/components'
import { messages } from '@/messages/en'
import { look } from './look'
import { Action, MailLayout, Paragraph, SmallPrint } from './mail-layout'
import { oneLine } from './one-line'
import { type RenderedMail, renderMail } from './render-mail'
import { renderOnce } from './render-once'

export interface PasswordResetProps {
  recipientName: string | null
  /** The whole address, secret included. */
  link: string
  /** Six digits. */
  code: string
  linkMinutes: number
  codeMinutes: number
  device: string | null
  /** In words, with its zone. */
  requestedAt: string
}

const words = messages.passwordResetMail

/** The mail that lets its reader choose a new password. */
export const renderPasswordReset = (props: PasswordResetProps): Promise<RenderedMail> => renderReset(inHalves(props))

export const PasswordResetMail = (props: PasswordResetProps) => <ResetMail {...inHalves(props)} />

type ResetMailProps = Omit<PasswordResetProps, 'code'> & { codeStart: string; codeEnd: string }

const renderReset = renderOnce<ResetMailProps>((props) => renderMail(words.subject, <ResetMail {...props} />), {
  recipientName: 'line',
  link: 'exact',
  codeStart: 'exact',
  codeEnd: 'exact',
  device: 'line',
  requestedAt: 'exact',
})

/** A code is read in threes, and copied as the six digits it is: the gap between them is no character. */
function inHalves({ code, ...props }: PasswordResetProps): ResetMailProps {
  return { ...props, codeStart: code.slice(0, 3), codeEnd: code.slice(3) }
}

function ResetMail(props: ResetMailProps) {
  const linkSeconds = props.linkMinutes * 60
  return (
    <MailLayout
      subject={words.subject}
      preview={words.preview(linkSeconds)}
      greeting={messages.mail.greeting(oneLine(props.recipientName))}
    >
      <Paragraph>{words.lead}</Paragraph>
      <Action href={props.link} label={words.button} copyLead={words.linkLead} />
      <Paragraph>{words.codeLead(props.codeMinutes * 60)}</Paragraph>
      <Text className="code" style={look.code}>
        <span>{props.codeStart}</span>
        <span style={look.codeEnd}>{props.codeEnd}</span>
      </Text>
      <Paragraph>{words.codeCare}</Paragraph>
      <Paragraph>{words.terms(linkSeconds)}</Paragraph>
      <Paragraph>{words.notYou}</Paragraph>
      <SmallPrint>{messages.mail.asked(props.requestedAt, oneLine(props.device))}</SmallPrint>
    </MailLayout>
  )
}
