import { expect, it } from 'vitest'
import { BRAND } from '@/server/testing/email-settings'
import naughtyStrings from '@/server/testing/naughty-strings.json' with { type: 'json' }
import { renderPasswordChanged } from './password-changed'
import { renderPasswordReset } from './password-reset'
import { renderSignInVia } from './sign-in-via'

/** The tags of a page with the names of their attributes. Text cannot change them unless it is rendered as markup. */
const tagsOf = (html: string) =>
  (html.replaceAll(/<span>.<\/span>/g, '').match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/="[^"]*"/g, '')).join('')

/** What mail programs take for an address. Those of the email itself are of accounts.example.com. */
const addressesIn = (text: string) =>
  (text.match(/(?:[a-z]+:\/\/\S+|www\.\S+|\S+@\S+|[\p{L}\p{N}-]+(?:[.。．｡․]\p{L}[\p{L}\p{N}-]+)+)/giu) ?? []).filter(
    (address) => !/accounts\.example\.com/.test(address),
  )

const setting = { locale: 'en', brand: BRAND } as const
const at = new Date('2026-11-20T14:30:00Z')

const emailsTo = (value: string) =>
  Promise.all([
    renderPasswordReset({
      ...setting,
      recipientName: value,
      username: value,
      link: 'https://accounts.example.com/x',
      stopLink: 'https://accounts.example.com/z',
      isLast: false,
      code: '012345',
      linkMinutes: 60,
      codeMinutes: 10,
      device: value,
      requestedAt: at,
    }),
    renderPasswordChanged({
      ...setting,
      recipientName: value,
      username: value,
      changedAt: at,
      device: value,
      secureAccountLink: 'https://accounts.example.com/y',
    }),
    renderSignInVia({
      ...setting,
      recipientName: value,
      username: value,
      provider: value,
      device: value,
      requestedAt: at,
    }),
  ])

it('no naughty string becomes markup in an email', async () => {
  const plain = (await emailsTo('Robin')).map(({ html }) => tagsOf(html))
  for (const value of naughtyStrings.filter((text) => text.trim() !== '')) {
    for (const [index, { html, subject, text }] of (await emailsTo(value)).entries()) {
      expect(tagsOf(html), JSON.stringify(value)).toBe(plain[index])
      expect(subject).not.toMatch(/[\r\n]/)
      expect(text).not.toMatch(/\r/)
    }
  }
})

const ADDRESSES = [
  'evil.example',
  'evil.example/x',
  'https://evil.example/x?y=z',
  'HTTP://EVIL.EXAMPLE',
  'www.evil.example',
  'Ada (evil.example/x) Lovelace',
  'you@evil.example',
  'mailto:you@evil.example',
  'evil。example／x',
  'evil．example',
  'evil․example',
  'tel:+1-800-555-0199',
  'evil.\u200bexample.com',
  '\\\\evil.example\\x',
  'bücher.example',
]

it.each(ADDRESSES)('%s as a name, username, device and provider is no address in an email', async (value) => {
  for (const { html, subject, text } of await emailsTo(value)) {
    expect(addressesIn(text)).toEqual([])
    expect(addressesIn(subject)).toEqual([])
    // A tag ends a run of text, as it does for mail programs that look for addresses.
    expect(addressesIn(html.slice(html.indexOf('<body')).replace(/<[^>]*>/g, ' '))).toEqual([])
  }
})

it('a telephone number in a name is left out', async () => {
  for (const { html, text } of await emailsTo('Call +1 (800) 555-0199 now')) {
    expect(text).toContain('Hello Call … now,')
    expect(html).toContain('Hello Call … now,')
  }
})

it('a username with dots can be copied as it is', async () => {
  const [email] = await emailsTo('ada.lovelace')
  expect(email?.html.replace(/<\/?span[^>]*>/g, '')).toContain('Username: ada.lovelace<')
})
