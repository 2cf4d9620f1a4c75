import './globals.css'
import type { Metadata, Viewport } from 'next'
import { connection } from 'next/server'
import { getTranslations } from 'next-intl/server'
import type { ReactNode } from 'react'
import { languageOf } from '@/server/language/languages'
import { pageLocale } from './_language/server'

const BRAND = 'Latchkey'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('layout')
  return {
    title: { default: BRAND, template: `%s · ${BRAND}` },
    description: t('description'),
    robots: { index: false },
  }
}

export const viewport: Viewport = { colorScheme: 'light dark' }

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Render every page for its request, because its scripts carry the request's nonce.
  await connection()
  const [locale, t] = await Promise.all([pageLocale(), getTranslations('layout')])
  return (
    <html lang={locale} dir={languageOf(locale).direction}>
      <body>
        <noscript>
          <p className="bg-problem-wash p-4 text-center text-problem">{t('needsScript')}</p>
        </noscript>
        {children}
      </body>
    </html>
  )
}
