import type { Locator, Page } from '@playwright/test'
import { LANGUAGES } from '@/server/language/languages'
import type { MailboxEmail } from '@/server/mail/transports/mailbox'
import type { TestAccount } from './accounts'
import { expect, test } from './fixtures'
import { byKeyboard } from './keyboard-actions'
import { codeField } from './page-actions'
import { byPointer, type Person, type Place, recover } from './recovery-journey'
import { words, wordsIn } from './words'

// `npm run test:all` takes both ways under every condition, and `npm test` those of `USUAL`: without-javascript.spec.ts
// has both, with refusals on the way. The journey with a brand is in brand.spec.ts, because it needs a server of its own.
const USUAL = ['by keyboard alone: code', 'in Arabic: link']

type Condition = Omit<Person, 'page' | 'brand' | 'mailboxDir'>
const usual = { words, javaScript: true, look: async () => {}, read: async () => {} }

/** What has the focus when a place shows. Elsewhere a new document was loaded, and nothing has it. */
const FOCUSED: Partial<Record<Place, (page: Page) => Locator>> = {
  'is this you': (page) => page.getByRole('heading', { level: 1 }),
  code: codeField,
  'password changed': (page) => page.getByRole('heading', { level: 1 }),
}

const CONDITIONS: Record<string, (page: Page, account: TestAccount) => Condition> = {
  'without JavaScript': () => ({ ...usual, ...byPointer, javaScript: false }),
  'by keyboard alone': (page) => ({
    ...usual,
    ...byKeyboard,
    look: (place) => expect((FOCUSED[place] ?? ((each) => each.locator('body')))(page)).toBeFocused(),
  }),
  'in Arabic': (page, account) => ({
    ...usual,
    ...byPointer,
    words: wordsIn('ar'),
    look: async (place) => {
      // The mailbox shows addresses in an email's own header, in the script of these.
      if (place !== 'email') await expectArabicPage(page, account)
    },
    read: async (email) => expectArabicEmail(email, account),
  }),
}

/** The words of a text that are not in Arabic, without what is written alike in every language. */
function foreignWords(text: string, { email, username, fullName }: TestAccount): string[] {
  const known = [email, username, fullName, 'Latchkey', 'Chrome', 'Windows', 'UTC']
  const languages = Object.values(LANGUAGES).map(({ name }) => name)
  // Addresses first: a token may contain one of the words.
  const texts = text.replace(/https?:\S+|\S+@\S+/g, ' ')
  const rest = [...known, ...languages].reduce((remaining, each) => remaining.replaceAll(each, ' '), texts)
  return rest.match(/[\p{Script=Latin}]{2,}/gu) ?? []
}

/** Arabic as it is written here: with Western digits, as on the keys of phones and in the codes of emails. */
function expectArabic(text: string, account: TestAccount) {
  expect(text).toMatch(/\p{Script=Arabic}/u)
  expect(foreignWords(text, account)).toEqual([])
  expect(text).not.toMatch(/[٠-٩۰-۹]/)
}

async function expectArabicPage(page: Page, account: TestAccount) {
  const html = page.locator('html')
  await expect(html).toHaveAttribute('lang', 'ar')
  await expect(html).toHaveAttribute('dir', 'rtl')
  await expect(page.getByRole('heading', { level: 1 })).toHaveCSS('direction', 'rtl')
  expect(foreignWords(await page.title(), account)).toEqual([])
  expectArabic((await page.locator('body').allInnerTexts()).join('\n'), account)
  const attributes = await page
    .locator('body [aria-label], body [title], body [alt], body [placeholder]')
    .evaluateAll((elements) =>
      elements.flatMap((element) =>
        ['aria-label', 'title', 'alt', 'placeholder'].map((name) => element.getAttribute(name)),
      ),
    )
  expect(foreignWords(attributes.join(' '), account)).toEqual([])
}

function expectArabicEmail({ subject, html, text }: MailboxEmail, account: TestAccount) {
  expect(html).toMatch(/<html[^>]* lang="ar"/)
  expect(html).toMatch(/<html[^>]* dir="rtl"/)
  for (const part of [subject, text]) expectArabic(part, account)
}

for (const [name, condition] of Object.entries(CONDITIONS)) {
  test.describe(name, () => {
    test.use({
      javaScriptEnabled: name !== 'without JavaScript',
      locale: name === 'in Arabic' ? 'ar' : 'en-GB',
    })
    for (const by of ['link', 'code'] as const) {
      if (!process.env.TEST_ALL && !USUAL.includes(`${name}: ${by}`)) continue
      test(`someone who is locked out gets back in with the emailed ${by}`, async ({ page, newAccount }) => {
        const account = await newAccount()
        const mailboxDir = process.env.E2E_MAILBOX_DIR as string
        await recover({ ...condition(page, account), page, brand: 'Latchkey', mailboxDir }, account, by)
      })
    }
  })
}
