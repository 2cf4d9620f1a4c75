import './globals.css'
import type { Metadata, Viewport } from 'next'
import { connection } from 'next/server'
import { getTranslations } from 'next-intl/server'
import type { ReactNode } from 'react'
import { brand } from '@/server/brand/brand'
import { brandStyleSheet } from '@/server/brand/style-sheet'
import { languageOf } from '@/server/language/languages'
import { BrandProvider } from './_components/brand-context'
import { ClientTexts } from './_language/client-texts'
import { pageLocale } from './_language/server'

export async function generateMetadata(): Promise<Metadata> {
  const { name, logo } = brand()
  const t = await getTranslations('layout')
  return {
    title: { default: name, template: `%s · ${name}` },
    description: t('description'),
    robots: { index: false },
    icons: { icon: logo && !logo.showsName ? logo.src : '/brand/icon' },
  }
}

export const viewport: Viewport = { colorScheme: 'light dark' }

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Render every page for its request, because its scripts carry the request's nonce.
  await connection()
  const locale = await pageLocale()
  const { name, logo, initial, supportUrl } = brand()
  return (
    <html lang={locale} dir={languageOf(locale).direction}>
      <head>
        <style>{brandStyleSheet(brand())}</style>
      </head>
      <body>
        <BrandProvider brand={{ name, logo, initial, supportUrl }}>
          <ClientTexts parts={['problem', 'support', 'language']}>{children}</ClientTexts>
        </BrandProvider>
      </body>
    </html>
  )
}
