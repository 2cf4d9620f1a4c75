import { Text } from '@react-email/components'
import { messages } from '@/messages/en'
import { Action, EmailLayout, Paragraph, SmallPrint } from './email-layout'
import { oneLine } from './one-line'
import { type RenderedEmail, renderEmail } from './render-email'
import { renderOnce } from './render-once'
import { styles } from './styles'

export interface PasswordResetProps {
  recipientName: string | null
  username: string | null
  /** The full address, with its token. */
  link: string
  /** Six digits. */
  code: string
  linkMinutes: number
  codeMinutes: number
  device: string | null
  /** For readers, with its time zone. */
  requestedAt: string
}

const texts = messages.passwordResetEmail

/**
 * Renders the email for a reset request: the link and the six-digit code, how long each works, a warning not to
 * share the code, and when and from which device the reset was requested.
 */
export const renderPasswordReset = (props: PasswordResetProps): Promise<RenderedEmail> => renderReset(inHalves(props))

export const PasswordResetEmail = (props: PasswordResetProps) => <ResetEmail {...inHalves(props)} />

type ResetEmailProps = Omit<PasswordResetProps, 'code'> & { codeStart: string; codeEnd: string }

const renderReset = renderOnce<ResetEmailProps>((props) => renderEmail(texts.subject, <ResetEmail {...props} />), {
  recipientName: 'line',
  username: 'line',
  link: 'exact',
  codeStart: 'exact',
  codeEnd: 'exact',
  device: 'line',
  requestedAt: 'exact',
})

/** The code is shown in two halves. The gap between them is padding, so that copying gives six digits. */
function inHalves({ code, ...props }: PasswordResetProps): ResetEmailProps {
  return { ...props, codeStart: code.slice(0, 3), codeEnd: code.slice(3) }
}

function ResetEmail(props: ResetEmailProps) {
  const linkSeconds = props.linkMinutes * 60
  return (
    <EmailLayout
      subject={texts.subject}
      preview={texts.preview(linkSeconds)}
      greeting={messages.mail.greeting(oneLine(props.recipientName))}
    >
      {props.username && <Paragraph>{messages.mail.username(props.username)}</Paragraph>}
      <Paragraph>{texts.lead}</Paragraph>
      <Action href={props.link} label={texts.button} />
      <Paragraph>{texts.codeLead(props.codeMinutes * 60)}</Paragraph>
      <Text className="code" style={styles.code}>
        <span>{props.codeStart}</span>
        <span style={styles.codeEnd}>{props.codeEnd}</span>
      </Text>
      <Paragraph>{texts.codeCare}</Paragraph>
      <Paragraph>{texts.terms(linkSeconds)}</Paragraph>
      <Paragraph>{texts.notYou}</Paragraph>
      <SmallPrint>{messages.mail.requestedOn(props.requestedAt, oneLine(props.device))}</SmallPrint>
    </EmailLayout>
  )
}
