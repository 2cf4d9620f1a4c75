import { AboutRequest } from './about-request'
import { EmailLayout, Paragraph, Rule } from './email-layout'
import { type EmailLook, type EmailSetting, lookOf, whoAsked } from './email-look'
import { type RenderedEmail, renderEmail } from './render-email'
import { renderOnce } from './render-once'

interface SignInViaEmailProps {
  recipientName: string | null
  username: string | null
  /** The identity provider, such as `Google`. */
  provider: string
  /** As `deviceOf` names it. */
  device: string | null
}

export type SignInViaProps = EmailSetting & SignInViaEmailProps & { requestedAt: Date }

/**
 * Renders the answer to a reset request for an account that has no password: which identity provider the person
 * signs in with. It has no link and no code.
 */
export async function renderSignInVia({ requestedAt, ...props }: SignInViaProps): Promise<RenderedEmail> {
  return renderVia({ ...props, ...(await whoAsked(props.locale, requestedAt, props.device)) })
}

type TemplateProps = SignInViaEmailProps & { time: string }

const renderVia = renderOnce<EmailSetting & TemplateProps>(
  async (props) => {
    const look = await lookOf(props)
    return renderEmail(subjectIn(look), <SignInViaEmail {...props} look={look} />)
  },
  { recipientName: 'name', username: 'username', provider: 'name', device: 'name', time: 'exact' },
)

const subjectIn = ({ texts, brand }: EmailLook) => texts('email.signInVia.subject', { brand: brand.name })

/** Expects values that `renderOnce` has made safe to show. */
export function SignInViaEmail({ look, provider, ...props }: TemplateProps & { look: EmailLook }) {
  const { texts } = look
  return (
    <EmailLayout
      look={look}
      subject={subjectIn(look)}
      preview={texts('email.signInVia.preview', { provider })}
      recipientName={props.recipientName}
    >
      <Paragraph look={look}>{texts('email.signInVia.lead', { provider })}</Paragraph>
      <Paragraph look={look}>{texts('email.signInVia.next', { provider })}</Paragraph>
      <Rule look={look} />
      <Paragraph look={look}>{texts('email.signInVia.notYou')}</Paragraph>
      <AboutRequest {...props} look={look} time={texts('email.shared.requestedAt', { time: props.time })} />
    </EmailLayout>
  )
}
