import { Text } from '@react-email/components'
import { messages } from '@/messages/en'
import { Action, EmailLayout, Paragraph, SmallPrint } from './email-layout'
import { look } from './look'
import { oneLine } from './one-line'
import { type RenderedEmail, renderEmail } from './render-email'
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

const words = messages.passwordResetEmail

/** The mail that lets its reader choose a new password. */
export const renderPasswordReset = (props: PasswordResetProps): Promise<RenderedEmail> => renderReset(inHalves(props))

export const PasswordResetEmail = (props: PasswordResetProps) => <ResetEmail {...inHalves(props)} />

type ResetEmailProps = Omit<PasswordResetProps, 'code'> & { codeStart: string; codeEnd: string }

const renderReset = renderOnce<ResetEmailProps>((props) => renderEmail(words.subject, <ResetEmail {...props} />), {
  recipientName: 'line',
  link: 'exact',
  codeStart: 'exact',
  codeEnd: 'exact',
  device: 'line',
  requestedAt: 'exact',
})

/** A code is read in threes, and copied as the six digits it is: the gap between them is no character. */
function inHalves({ code, ...props }: PasswordResetProps): ResetEmailProps {
  return { ...props, codeStart: code.slice(0, 3), codeEnd: code.slice(3) }
}

function ResetEmail(props: ResetEmailProps) {
  const linkSeconds = props.linkMinutes * 60
  return (
    <EmailLayout
      subject={words.subject}
      preview={words.preview(linkSeconds)}
      greeting={messages.mail.greeting(oneLine(props.recipientName))}
    >
      <Paragraph>{words.lead}</Paragraph>
      <Action href={props.link} label={words.button} />
      <Paragraph>{words.codeLead(props.codeMinutes * 60)}</Paragraph>
      <Text className="code" style={look.code}>
        <span>{props.codeStart}</span>
        <span style={look.codeEnd}>{props.codeEnd}</span>
      </Text>
      <Paragraph>{words.codeCare}</Paragraph>
      <Paragraph>{words.terms(linkSeconds)}</Paragraph>
      <Paragraph>{words.notYou}</Paragraph>
      <SmallPrint>{messages.mail.requestedOn(props.requestedAt, oneLine(props.device))}</SmallPrint>
    </EmailLayout>
  )
}
