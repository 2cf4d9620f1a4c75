import { AboutRequest } from './about-request'
import { Action, Code, EmailLayout, Paragraph, QuietLink, Rule, SmallPrint } from './email-layout'
import { type EmailLook, type EmailSetting, lookOf, whoAsked } from './email-look'
import { type RenderedEmail, renderEmail } from './render-email'
import { renderOnce } from './render-once'

interface ResetEmailProps {
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
  /** As `deviceOf` names it. */
  device: string | null
}

export type PasswordResetProps = EmailSetting & ResetEmailProps & { requestedAt: Date }

/**
 * Renders the email for a reset request: the link and the six-digit code, how long each works, a warning not to
 * share the code, and when and from which device the reset was requested.
 */
export async function renderPasswordReset({ requestedAt, ...props }: PasswordResetProps): Promise<RenderedEmail> {
  return renderReset({ ...props, ...(await whoAsked(props.locale, requestedAt, props.device)) })
}

type TemplateProps = ResetEmailProps & { time: string }

const renderReset = renderOnce<EmailSetting & TemplateProps>(
  async (props) => {
    const look = await lookOf(props)
    return renderEmail(subjectIn(look), <PasswordResetEmail {...props} look={look} />)
  },
  {
    recipientName: 'name',
    username: 'username',
    link: 'exact',
    code: 'exact',
    stopLink: 'exact',
    device: 'name',
    time: 'exact',
  },
)

const subjectIn = ({ texts, brand }: EmailLook) => texts('email.passwordReset.subject', { brand: brand.name })

/** Expects values that `renderOnce` has made safe to show. */
export function PasswordResetEmail({ look, ...props }: TemplateProps & { look: EmailLook }) {
  const { texts } = look
  const duration = look.duration(props.linkMinutes * 60)
  const hasCode = props.code !== null && props.codeMinutes !== null
  return (
    <EmailLayout
      look={look}
      subject={subjectIn(look)}
      preview={texts('email.passwordReset.preview', { duration })}
      recipientName={props.recipientName}
    >
      <Paragraph look={look}>{texts('email.passwordReset.lead')}</Paragraph>
      <Action look={look} href={props.link} label={texts('email.passwordReset.button')} />
      {props.code !== null && props.codeMinutes !== null ? (
        <>
          <Paragraph look={look}>
            {texts('email.passwordReset.codeLead', { duration: look.duration(props.codeMinutes * 60) })}
          </Paragraph>
          <Code look={look}>{props.code}</Code>
          <SmallPrint look={look}>{texts('email.passwordReset.codeCare')}</SmallPrint>
        </>
      ) : (
        <Paragraph look={look}>{texts('email.passwordReset.codesOff')}</Paragraph>
      )}
      <SmallPrint look={look}>
        {texts(hasCode ? 'email.passwordReset.terms' : 'email.passwordReset.termsWithoutCode', { duration })}
      </SmallPrint>
      <Rule look={look} />
      {props.isLast && <Paragraph look={look}>{texts('email.passwordReset.last', { duration })}</Paragraph>}
      <Paragraph look={look}>{texts('email.passwordReset.notYou')}</Paragraph>
      <AboutRequest {...props} look={look} time={texts('email.shared.requestedAt', { time: props.time })} />
      {props.stopLink && <QuietLink look={look} lead={texts('email.passwordReset.stop')} href={props.stopLink} />}
    </EmailLayout>
  )
}
