import type { ReactNode } from 'react'
import { BrandName } from './brand-name'
import { LanguageSwitch } from './language-switch'
import { SupportFooter } from './support-link'

/** The frame of every page: the brand, one sheet with the content, where to get help, and other languages. */
export function PageShell({ wide = false, children }: { wide?: boolean; children: ReactNode }) {
  return (
    <div className={`mx-auto w-full px-gutter pt-4 pb-12 sm:pt-12 ${wide ? 'max-w-3xl' : 'max-w-md'}`}>
      <header>
        <a href="/" className="inline-flex min-h-target max-w-full items-center gap-2.5 rounded-lg font-semibold">
          <BrandName />
        </a>
      </header>
      <main className="mt-4 rounded-2xl border border-hairline bg-surface px-sheet py-5 sm:mt-6 sm:p-8">
        {children}
      </main>
      <footer>
        <SupportFooter />
        <LanguageSwitch />
      </footer>
    </div>
  )
}
