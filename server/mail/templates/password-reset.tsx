import { Text } from '@react-email/components'
import { formatDuration } from '@/server/language/format-duration'
import { type Locale, languageOf } from '@/server/language/languages'
import { type Texts, textsIn } from '@/server/language/texts'
import { Action, EmailLayout, Paragraph, QuietLink, RequestedOn } from './email-layout'
import { oneLine } from './one-line'
import { type RenderedEmail, renderEmail } from './render-email'
import { renderOnce } from './render-once'
import { styles } from './styles'

export interface PasswordResetProps {
  locale: Locale
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

/**
 * Renders the email for a reset request: the link and the six-digit code, how long each works, a warning not to
 * share the code, and when and from which device the reset was requested.
 */
export const renderPasswordReset = (props: PasswordResetProps): Promise<RenderedEmail> => renderReset(inHalves(props))

export const PasswordResetEmail = ({ texts, ...props }: { texts: Texts } & PasswordResetProps) => (
  <ResetEmail texts={texts} {...inHalves(props)} />
)

type ResetEmailProps = Omit<PasswordResetProps, 'code'> & { codeStart: string | null; codeEnd: string | null }

const renderReset = renderOnce<ResetEmailProps>(
  async (props) => {
    const texts = await textsIn(props.locale)
    return renderEmail(texts('email.passwordReset.subject'), <ResetEmail texts={texts} {...props} />)
  },
  {
    recipientName: 'line',
    username: 'line',
    link: 'exact',
    codeStart: 'exact',
    codeEnd: 'exact',
    stopLink: 'exact',
    device: 'line',
    requestedAt: 'exact',
  },
)

/** The code is shown in two halves. The gap between them is padding, so that copying gives six digits. */
function inHalves({ code, ...props }: PasswordResetProps): ResetEmailProps {
  return { ...props, codeStart: code?.slice(0, 3) ?? null, codeEnd: code?.slice(3) ?? null }
}

function ResetEmail({ texts, ...props }: { texts: Texts } & ResetEmailProps) {
  const minutes = (count: number) => formatDuration(languageOf(props.locale).formats, count * 60)
  const duration = minutes(props.linkMinutes)
  const hasCode = props.codeMinutes !== null
  return (
    <EmailLayout
      texts={texts}
      subject={texts('email.passwordReset.subject')}
      preview={texts(hasCode ? 'email.passwordReset.preview' : 'email.passwordReset.previewWithoutCode', { duration })}
      recipientName={oneLine(props.recipientName)}
    >
      {props.username && <Paragraph>{texts('email.shared.username', { username: props.username })}</Paragraph>}
      <Paragraph>{texts('email.passwordReset.lead')}</Paragraph>
      <Action texts={texts} href={props.link} label={texts('email.passwordReset.button')} />
      {props.codeMinutes === null ? (
        <Paragraph>{texts('email.passwordReset.codesOff')}</Paragraph>
      ) : (
        <>
          <Paragraph>{texts('email.passwordReset.codeLead', { duration: minutes(props.codeMinutes) })}</Paragraph>
          <Text className="code" style={styles.code}>
            <span>{props.codeStart}</span>
            <span style={styles.codeEnd}>{props.codeEnd}</span>
          </Text>
          <Paragraph>{texts('email.passwordReset.codeCare')}</Paragraph>
        </>
      )}
      <Paragraph>
        {texts(hasCode ? 'email.passwordReset.terms' : 'email.passwordReset.termsWithoutCode', { duration })}
      </Paragraph>
      {props.isLast && <Paragraph>{texts('email.passwordReset.last', { duration })}</Paragraph>}
      <Paragraph>{texts('email.passwordReset.notYou')}</Paragraph>
      {props.stopLink && <QuietLink lead={texts('email.passwordReset.stop')} href={props.stopLink} />}
      <RequestedOn texts={texts} time={props.requestedAt} device={oneLine(props.device)} />
    </EmailLayout>
  )
}
