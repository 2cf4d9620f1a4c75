import type { Locale } from '@/server/language/languages'
import { type Texts, textsIn } from '@/server/language/texts'
import { Action, EmailLayout, Paragraph } from './email-layout'
import { oneLine } from './one-line'
import { renderEmail } from './render-email'
import { renderOnce } from './render-once'

export interface PasswordChangedProps {
  locale: Locale
  recipientName: string | null
  username: string | null
  /** For readers, with its time zone. */
  changedAt: string
  device: string | null
  /** The full address, with its token. */
  secureAccountLink: string
}

/**
 * Renders the email that follows a password change (NIST SP 800-63B-4 §4.2.3): when and from which device it was
 * changed, that all devices were signed out, and the "this wasn't me" link.
 */
export const renderPasswordChanged = renderOnce<PasswordChangedProps>(
  async (props) => {
    const texts = await textsIn(props.locale)
    return renderEmail(texts('email.passwordChanged.subject'), <PasswordChangedEmail texts={texts} {...props} />)
  },
  { recipientName: 'line', username: 'line', changedAt: 'exact', device: 'line', secureAccountLink: 'exact' },
)

export function PasswordChangedEmail({ texts, ...props }: { texts: Texts } & PasswordChangedProps) {
  const device = oneLine(props.device)
  return (
    <EmailLayout
      texts={texts}
      subject={texts('email.passwordChanged.subject')}
      preview={texts('email.passwordChanged.preview')}
      recipientName={oneLine(props.recipientName)}
    >
      <Paragraph>
        {device
          ? texts('email.passwordChanged.leadFrom', { time: props.changedAt, device })
          : texts('email.passwordChanged.lead', { time: props.changedAt })}
      </Paragraph>
      {props.username && <Paragraph>{texts('email.shared.username', { username: props.username })}</Paragraph>}
      <Paragraph>{texts('email.passwordChanged.wasYou')}</Paragraph>
      <Paragraph>{texts('email.passwordChanged.notYou')}</Paragraph>
      <Action texts={texts} href={props.secureAccountLink} label={texts('email.passwordChanged.button')} />
    </EmailLayout>
  )
}
