import { Body, Container, Head, Heading, Hr, Html, Link, Preview, Section, Text } from '@react-email/components'
import type { ReactNode } from 'react'
import type { Texts } from '@/server/language/texts'
import { DARK_STYLES, styles } from './styles'

interface EmailLayoutProps {
  texts: Texts
  subject: string
  preview: string
  recipientName: string | null
  children: ReactNode
}

const BRAND = 'Latchkey'

/** The frame of every email: brand, heading, greeting, footer. It loads no image, font or anything else. */
export function EmailLayout({ texts, subject, preview, recipientName, children }: EmailLayoutProps) {
  return (
    <Html lang="en">
      <Head>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{subject}</title>
        <style>{DARK_STYLES}</style>
      </Head>
      <Preview>{preview}</Preview>
      <Body className="body" style={styles.body}>
        <Container className="sheet" style={styles.sheet}>
          <Section style={styles.inside}>
            <Text className="accent" style={styles.brand}>
              {BRAND}
            </Text>
            <Heading as="h1" className="ink" style={styles.heading}>
              {subject}
            </Heading>
            <Paragraph>
              {recipientName
                ? texts('email.shared.greeting', { name: recipientName })
                : texts('email.shared.greetingWithoutName')}
            </Paragraph>
            {children}
            <Hr className="rule" style={styles.rule} />
            <SmallPrint>{texts('email.shared.footer', { brand: BRAND })}</SmallPrint>
          </Section>
        </Container>
      </Body>
    </Html>
  )
}

export function Paragraph({ children }: { children: string }) {
  return (
    <Text className="ink" style={styles.text}>
      {children}
    </Text>
  )
}

export function SmallPrint({ children }: { children: string }) {
  return (
    <Text className="soft" style={styles.small}>
      {children}
    </Text>
  )
}

/** When a reset was requested, and with which browser. */
export function RequestedOn({ texts, time, device }: { texts: Texts; time: string; device: string | null }) {
  return (
    <SmallPrint>
      {device ? texts('email.shared.requestedOnFrom', { time, device }) : texts('email.shared.requestedOn', { time })}
    </SmallPrint>
  )
}

/** A link that few readers need: a sentence in small print, and the address. */
export function QuietLink({ lead, href }: { lead: string; href: string }) {
  return (
    <>
      <SmallPrint>{lead}</SmallPrint>
      <Text style={styles.address}>
        <Link href={href} className="soft" style={styles.quietLink}>
          {href}
        </Link>
      </Text>
    </>
  )
}

/** The email's main link, as a button and as an address to copy. The plain text has only the address. */
export function Action({ texts, href, label }: { texts: Texts; href: string; label: string }) {
  return (
    <>
      <div data-skip-in-text="true">
        <Link href={href} className="button" style={styles.button}>
          {label}
        </Link>
        <SmallPrint>{texts('email.shared.copyLink')}</SmallPrint>
      </div>
      <Text style={styles.address}>
        <Link href={href} className="accent" style={styles.link}>
          {href}
        </Link>
      </Text>
    </>
  )
}
