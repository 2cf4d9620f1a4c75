'use client'

import { usePathname, useRouter } from 'next/navigation'
import { useLocale, useTranslations } from 'next-intl'
import type { FormEvent } from 'react'
import { LANGUAGES, LOCALES, languageOf } from '@/server/language/languages'

/** Shows the language of the page and a form to choose another. With JavaScript, the page keeps what was typed. */
export function LanguageSwitch() {
  const t = useTranslations('language')
  const formats = useLocale()
  const path = usePathname()
  const router = useRouter()
  if (LOCALES.length < 2) return null
  const current = LOCALES.find((locale) => languageOf(locale).formats === formats)

  async function choose(event: FormEvent<HTMLFormElement>) {
    const form = event.currentTarget
    event.preventDefault()
    const body = new URLSearchParams({ language: String(new FormData(form).get('language')), from: path })
    // The redirect is not followed: only the texts of the page are loaded again.
    const { type } = await fetch('/language', { method: 'POST', body, redirect: 'manual' }).catch(() => ({ type: '' }))
    if (type === 'opaqueredirect') router.refresh()
    else form.submit()
  }

  return (
    <form
      action="/language"
      method="post"
      onSubmit={choose}
      // Hidden until its last element has arrived, so that it does not move.
      className="mt-4 flex flex-wrap items-center justify-center text-sm not-has-[button+input]:hidden"
    >
      <select
        // Renders the select again when the language changes, so that `defaultValue` applies.
        key={current}
        id="language"
        name="language"
        aria-label={t('label')}
        defaultValue={current}
        autoComplete="off"
        className="field-sizing-content min-h-target max-w-full rounded-lg border border-transparent bg-paper px-2 text-ink-soft"
      >
        {LOCALES.map((locale) => (
          <option key={locale} value={locale} lang={locale} dir={LANGUAGES[locale].direction}>
            {LANGUAGES[locale].name}
          </option>
        ))}
      </select>
      <button type="submit" className="min-h-target rounded-lg px-2 text-accent underline underline-offset-4">
        {t('submit')}
      </button>
      <input type="hidden" name="from" value={path} />
    </form>
  )
}
