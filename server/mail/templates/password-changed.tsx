import { AboutRequest } from './about-request'
import { Action, EmailLayout, Paragraph } from './email-layout'
import { type EmailLook, type EmailSetting, lookOf, whoAsked } from './email-look'
import { type RenderedEmail, renderEmail } from './render-email'
import { renderOnce } from './render-once'

interface ChangedEmailProps {
  recipientName: string | null
  username: string | null
  /** As `deviceOf` names it. */
  device: string | null
  /** The full address, with its token. */
  secureAccountLink: string
}

export type PasswordChangedProps = EmailSetting & ChangedEmailProps & { changedAt: Date }

/**
 * Renders the email that follows a password change (NIST SP 800-63B-4 §4.2.3): when and from which device it was
 * changed, that all devices were signed out, and the "this wasn't me" link.
 */
export async function renderPasswordChanged({ changedAt, ...props }: PasswordChangedProps): Promise<RenderedEmail> {
  return renderChanged({ ...props, ...(await whoAsked(props.locale, changedAt, props.device)) })
}

type TemplateProps = ChangedEmailProps & { time: string }

const renderChanged = renderOnce<EmailSetting & TemplateProps>(
  async (props) => {
    const look = await lookOf(props)
    return renderEmail(subjectIn(look), <PasswordChangedEmail {...props} look={look} />)
  },
  { recipientName: 'name', username: 'username', device: 'name', time: 'exact', secureAccountLink: 'exact' },
)

const subjectIn = ({ texts, brand }: EmailLook) => texts('email.passwordChanged.subject', { brand: brand.name })

/** Expects values that `renderOnce` has made safe to show. */
export function PasswordChangedEmail({ look, ...props }: TemplateProps & { look: EmailLook }) {
  const { texts } = look
  return (
    <EmailLayout
      look={look}
      subject={subjectIn(look)}
      preview={texts('email.passwordChanged.preview')}
      recipientName={props.recipientName}
    >
      <Paragraph look={look}>{texts('email.passwordChanged.lead')}</Paragraph>
      <AboutRequest {...props} look={look} time={texts('email.shared.changedAt', { time: props.time })} />
      <Paragraph look={look}>{texts('email.passwordChanged.wasYou')}</Paragraph>
      <Paragraph look={look}>{texts('email.passwordChanged.notYou')}</Paragraph>
      <Action look={look} href={props.secureAccountLink} label={texts('email.passwordChanged.button')} />
    </EmailLayout>
  )
}
