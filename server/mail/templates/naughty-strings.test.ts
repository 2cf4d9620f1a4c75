import { expect, it } from 'vitest'
import naughtyStrings from '@/server/testing/naughty-strings.json' with { type: 'json' }
import { renderPasswordChanged } from './password-changed'
import { renderPasswordReset } from './password-reset'
import { renderSignInVia } from './sign-in-via'

/** The tags of a page with the names of their attributes. Text cannot change them unless it is rendered as markup. */
const tagsOf = (html: string) => (html.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/="[^"]*"/g, '')).join('')

it('no naughty string becomes markup in an email', async () => {
  const emails = (value: string) => [
    renderPasswordReset({
      locale: 'en',
      recipientName: value,
      username: value,
      link: 'https://accounts.example.com/x',
      stopLink: 'https://accounts.example.com/z',
      isLast: false,
      code: '012345',
      linkMinutes: 60,
      codeMinutes: 10,
      device: value,
      requestedAt: 'today',
    }),
    renderPasswordChanged({
      locale: 'en',
      recipientName: value,
      username: value,
      changedAt: 'today',
      device: value,
      secureAccountLink: 'https://accounts.example.com/y',
    }),
    renderSignInVia({
      locale: 'en',
      recipientName: value,
      username: value,
      provider: value,
      device: value,
      requestedAt: 'today',
    }),
  ]
  const plain = (await Promise.all(emails('Robin'))).map(({ html }) => tagsOf(html))
  for (const value of naughtyStrings.filter((text) => text.trim() !== '')) {
    for (const [index, { html, subject, text }] of (await Promise.all(emails(value))).entries()) {
      expect(tagsOf(html), JSON.stringify(value)).toBe(plain[index])
      expect(subject).not.toMatch(/[\r\n]/)
      expect(text).not.toMatch(/\r/)
    }
  }
})
