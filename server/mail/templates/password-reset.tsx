import { Text } from '@react-email/components'
import { messages } from '@/messages/en'
import { Action, EmailLayout, Paragraph, QuietLink, SmallPrint } from './email-layout'
import { oneLine } from './one-line'
import { type RenderedEmail, renderEmail } from './render-email'
import { renderOnce } from './render-once'
import { styles } from './styles'

export interface PasswordResetProps {
  recipientName: string | null
  username: string | null
  /** The full address, with its token. */
  link: string
  /** Six digits, or null when code entry is off for the account. */
  code: string | null
  linkMinutes: number
  codeMinutes: number | null
  /** True for the last email before none is sent for as long as its link works. */
  isLast: boolean
  /** The address that stops these emails for a day, or null for a request of an older version. */
  stopLink: string | null
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

type ResetEmailProps = Omit<PasswordResetProps, 'code'> & { codeStart: string | null; codeEnd: string | null }

const renderReset = renderOnce<ResetEmailProps>((props) => renderEmail(texts.subject, <ResetEmail {...props} />), {
  recipientName: 'line',
  username: 'line',
  link: 'exact',
  codeStart: 'exact',
  codeEnd: 'exact',
  stopLink: 'exact',
  device: 'line',
  requestedAt: 'exact',
})

/** The code is shown in two halves. The gap between them is padding, so that copying gives six digits. */
function inHalves({ code, ...props }: PasswordResetProps): ResetEmailProps {
  return { ...props, codeStart: code?.slice(0, 3) ?? null, codeEnd: code?.slice(3) ?? null }
}

function ResetEmail(props: ResetEmailProps) {
  const linkSeconds = props.linkMinutes * 60
  const hasCode = props.codeMinutes !== null
  return (
    <EmailLayout
      subject={texts.subject}
      preview={texts.preview(linkSeconds, hasCode)}
      greeting={messages.mail.greeting(oneLine(props.recipientName))}
    >
      {props.username && <Paragraph>{messages.mail.username(props.username)}</Paragraph>}
      <Paragraph>{texts.lead}</Paragraph>
      <Action href={props.link} label={texts.button} />
      {props.codeMinutes === null ? (
        <Paragraph>{texts.codesOff}</Paragraph>
      ) : (
        <>
          <Paragraph>{texts.codeLead(props.codeMinutes * 60)}</Paragraph>
          <Text className="code" style={styles.code}>
            <span>{props.codeStart}</span>
            <span style={styles.codeEnd}>{props.codeEnd}</span>
          </Text>
          <Paragraph>{texts.codeCare}</Paragraph>
        </>
      )}
      <Paragraph>{texts.terms(linkSeconds, hasCode)}</Paragraph>
      {props.isLast && <Paragraph>{texts.last(linkSeconds)}</Paragraph>}
      <Paragraph>{texts.notYou}</Paragraph>
      {props.stopLink && <QuietLink lead={texts.stop} href={props.stopLink} />}
      <SmallPrint>{messages.mail.requestedOn(props.requestedAt, oneLine(props.device))}</SmallPrint>
    </EmailLayout>
  )
}
