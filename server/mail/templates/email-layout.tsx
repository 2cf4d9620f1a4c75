import type { ReactNode } from 'react'
import type { EmailLook } from './email-look'
import { darkStyleSheet, stylesOf } from './styles'

/** Tells screen readers that a table is layout, not data. */
export const LAYOUT = { role: 'presentation', border: 0, cellPadding: 0, cellSpacing: 0 } as const

/** Fills the preview line in a list of emails, so that the text after the preview is not shown there. */
const FILLER = '\u200c\u00a0'.repeat(90)

interface EmailLayoutProps {
  look: EmailLook
  subject: string
  preview: string
  /** Has no line breaks and no address. Null if the name is unknown. */
  recipientName: string | null
  children: ReactNode
}

/** The frame of every email: preview, brand, heading, greeting, footer. It loads no image, font or anything else. */
export function EmailLayout({ look, subject, preview, recipientName, children }: EmailLayoutProps) {
  const { texts, locale, dir, brand } = look
  const styles = stylesOf(brand)
  return (
    <html lang={locale} dir={dir}>
      {/* biome-ignore lint/style/noHeadElement: an email is not a page of Next.js */}
      <head>
        <meta httpEquiv="Content-Type" content="text/html; charset=UTF-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="x-apple-disable-message-reformatting" />
        <meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{subject}</title>
        <style>{darkStyleSheet(brand)}</style>
      </head>
      <body className="page" style={styles.body}>
        <div style={styles.hidden} data-skip-in-text="true">
          {preview + FILLER}
        </div>
        {/* Gmail drops html and body, so the language and the direction are repeated. */}
        <table {...LAYOUT} width="100%" className="page" lang={locale} dir={dir} style={styles.page}>
          <tbody>
            <tr>
              <td align="center" style={styles.margin}>
                <table {...LAYOUT} width="100%" className="sheet" style={styles.sheet}>
                  <tbody>
                    <tr>
                      <td align={look.start} style={styles.inside}>
                        <p className="accent" style={styles.brand}>
                          {brand.name}
                        </p>
                        <h1 className="ink" style={styles.heading}>
                          {subject}
                        </h1>
                        <Paragraph look={look}>
                          {recipientName
                            ? texts('email.shared.greeting', { name: recipientName })
                            : texts('email.shared.greetingWithoutName')}
                        </Paragraph>
                        {children}
                        <Rule look={look} />
                        {brand.supportUrl && (
                          <QuietLink
                            look={look}
                            lead={texts('email.shared.support')}
                            href={brand.supportUrl}
                            label={shownAddress(brand.supportUrl)}
                          />
                        )}
                        <SmallPrint look={look}>{texts('email.shared.footer', { brand: brand.name })}</SmallPrint>
                      </td>
                    </tr>
                  </tbody>
                </table>
              </td>
            </tr>
          </tbody>
        </table>
      </body>
    </html>
  )
}

export function Paragraph({ look, children }: { look: EmailLook; children: string }) {
  return (
    <p className="ink" style={stylesOf(look.brand).text}>
      {children}
    </p>
  )
}

export function SmallPrint({ look, children }: { look: EmailLook; children: string }) {
  return (
    <p className="soft" style={stylesOf(look.brand).small}>
      {children}
    </p>
  )
}

/** A line between two parts. */
export function Rule({ look }: { look: EmailLook }) {
  const styles = stylesOf(look.brand)
  return (
    <table {...LAYOUT} width="100%" style={styles.ruleTable} data-skip-in-text="true">
      <tbody>
        <tr>
          <td className="rule" height="1" style={styles.rule}>
            {'\u00a0'}
          </td>
        </tr>
      </tbody>
    </table>
  )
}

/** A link that few readers need: a sentence in small print, and the address. */
export function QuietLink({ look, lead, href, label = href }: QuietLinkProps) {
  const styles = stylesOf(look.brand)
  return (
    <>
      <SmallPrint look={look}>{lead}</SmallPrint>
      <p dir="ltr" style={{ ...styles.address, textAlign: look.start }}>
        <a href={href} className="soft" style={styles.quietLink}>
          {label}
        </a>
      </p>
    </>
  )
}

interface QuietLinkProps {
  look: EmailLook
  lead: string
  href: string
  /** The text that is shown for the address. */
  label?: string
}

/** An address as people write it: an email address without `mailto:`. */
const shownAddress = (url: string) => url.replace(/^mailto:([^?]*).*$/s, '$1')

/** The email's main link, as a button and as an address to copy. The plain text has only the address. */
export function Action({ look, href, label }: { look: EmailLook; href: string; label: string }) {
  const styles = stylesOf(look.brand)
  return (
    <>
      <table {...LAYOUT} width="100%" style={styles.buttonTable} data-skip-in-text="true">
        <tbody>
          <tr>
            <td className="button-cell" align="center" style={styles.buttonCell}>
              <a href={href} className="button" style={styles.button}>
                {label}
              </a>
            </td>
          </tr>
        </tbody>
      </table>
      <p className="soft" style={styles.small} data-skip-in-text="true">
        {look.texts('email.shared.copyLink')}
      </p>
      <p dir="ltr" style={{ ...styles.address, textAlign: look.start }}>
        <a href={href} className="accent" style={styles.link}>
          {href}
        </a>
      </p>
    </>
  )
}

/** The six digits as one piece of text, so that a double click selects them all. */
export function Code({ look, children }: { look: EmailLook; children: string }) {
  const styles = stylesOf(look.brand)
  return (
    <table {...LAYOUT} width="100%" style={styles.codeTable}>
      <tbody>
        <tr>
          <td className="well code" dir="ltr" align="center" style={styles.codeCell}>
            <span className="ink" style={styles.code}>
              {children}
            </span>
          </td>
        </tr>
      </tbody>
    </table>
  )
}
