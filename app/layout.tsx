import './globals.css'
import type { Metadata, Viewport } from 'next'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { messages } from '@/messages/en'

export const metadata: Metadata = {
  title: { default: messages.brand, template: `%s · ${messages.brand}` },
  description: messages.layout.description,
  robots: { index: false },
}

export const viewport: Viewport = { colorScheme: 'light dark' }

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Render every page for its request, because its scripts carry the request's nonce.
  await connection()
  return (
    <html lang="en">
      <body>
        <noscript>
          <p className="bg-problem-wash p-4 text-center text-problem">{messages.layout.needsScript}</p>
        </noscript>
        {children}
      </body>
    </html>
  )
}
