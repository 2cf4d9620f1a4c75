import { Body, Container, Head, Heading, Hr, Html, Link, Preview, Section, Text } from '@react-email/components'
import type { ReactNode } from 'react'
import { messages } from '@/messages/en'
import { DARK, look } from './look'

interface MailLayoutProps {
  subject: string
  preview: string
  greeting: string
  children: ReactNode
}

/** What every mail has around its own words. No image, no font and nothing else is fetched from anywhere. */
export function EmailLayout({ subject, preview, greeting, children }: MailLayoutProps) {
  return (
    <Html lang="en">
      <Head>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{subject}</title>
        <style>{DARK}</style>
      </Head>
      <Preview>{preview}</Preview>
      <Body className="body" style={look.body}>
        <Container className="sheet" style={look.sheet}>
          <Section style={look.inside}>
            <Text className="accent" style={look.brand}>
              {messages.brand}
            </Text>
            <Heading as="h1" className="ink" style={look.heading}>
              {subject}
            </Heading>
            <Paragraph>{greeting}</Paragraph>
            {children}
            <Hr className="rule" style={look.rule} />
            <SmallPrint>{messages.mail.footer}</SmallPrint>
          </Section>
        </Container>
      </Body>
    </Html>
  )
}

export function Paragraph({ children }: { children: string }) {
  return (
    <Text className="ink" style={look.text}>
      {children}
    </Text>
  )
}

export function SmallPrint({ children }: { children: string }) {
  return (
    <Text className="soft" style={look.small}>
      {children}
    </Text>
  )
}

/** The one thing to do, as a button and as an address to copy. The text part has the address alone. */
export function Action({ href, label }: { href: string; label: string }) {
  return (
    <>
      <div data-skip-in-text="true">
        <Link href={href} className="button" style={look.button}>
          {label}
        </Link>
        <SmallPrint>{messages.mail.copyLink}</SmallPrint>
      </div>
      <Text style={look.address}>
        <Link href={href} className="accent" style={look.link}>
          {href}
        </Link>
      </Text>
    </>
  )
}
