import type { Locale } from '@/server/language/languages'
import type { RenderedEmail } from '@/server/mail/templates/render-email'

/** An email of the preview. Its files are in the folder `locale`, and their names begin with `name`. */
export interface PreviewedEmail extends RenderedEmail {
  locale: Locale
  name: string
}

const STYLE = `
body { margin: 24px; background: #e9e9e9; color: #1b1b1b; font: 15px/1.5 system-ui, sans-serif }
nav a { margin-right: 16px }
section { display: flex; flex-wrap: wrap; gap: 16px; margin-bottom: 40px }
iframe, pre { box-sizing: border-box; width: 400px; height: 900px; margin: 0; border: 1px solid #999; background: #fff }
pre { overflow: auto; padding: 16px; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext }
h3 { margin: 0 0 8px }`

/** The page that shows emails in frames: light, dark and plain text, a part for each language. */
export function previewIndex(emails: PreviewedEmail[], nameOf: (locale: Locale) => string): string {
  const locales = [...new Set(emails.map(({ locale }) => locale))]
  const parts = locales.map((locale) => {
    const own = emails.filter((email) => email.locale === locale)
    return `<h2 id="${locale}" lang="${locale}">${escapeHtml(nameOf(locale))}</h2>\n${own.map(framesOf).join('\n')}`
  })
  const links = locales.map((locale) => `<a href="#${locale}" lang="${locale}">${escapeHtml(nameOf(locale))}</a>`)
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Emails</title><style>${STYLE}</style></head>
<body>
<h1>Emails</h1>
<nav>${links.join('\n')}</nav>
${parts.join('\n')}
</body>
</html>
`
}

function framesOf({ locale, name, subject, text }: PreviewedEmail): string {
  const frame = (ending: string, title: string) =>
    `<iframe src="${locale}/${name}${ending}" title="${title}" sandbox loading="lazy"></iframe>`
  return `<h3><a href="${locale}/${name}.html">${name}</a>: <span lang="${locale}" dir="auto">${escapeHtml(subject)}</span></h3>
<section>
${frame('.light.html', `${name}, light`)}
${frame('.dark.html', `${name}, dark`)}
<pre lang="${locale}" aria-label="${name}, plain text">${escapeHtml(text)}</pre>
</section>`
}

const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
