import { recordSentCodes, wrongCode } from './code-actions'
import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'
import { codeField, containing, expectHeading, openCodePage } from './page-actions'
import { words, wordsIn } from './words'

test('a code may be typed or pasted with separators, and an incomplete one costs no try', async ({
  page,
  context,
  newAccount,
}) => {
  const robin = await newAccount()
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await openCodePage(page, robin.email)
  const { code } = await readResetEmail(robin)
  const sentCodes = recordSentCodes(page)
  const paste = async (text: string) => {
    await page.evaluate((copied) => navigator.clipboard.writeText(copied), text)
    await page.keyboard.press('ControlOrMeta+v')
  }

  await page.getByRole('button', { name: words('code.submit') }).click()
  await expect(codeField(page)).toHaveAccessibleDescription(containing(words('errors.code-missing')))
  await expect(codeField(page)).toBeFocused()
  for (const typed of ['12345', 'abcdef', '१२३४५६']) {
    await codeField(page).fill(typed)
    await page.keyboard.press('Enter')
    await expect(codeField(page)).toHaveAccessibleDescription(containing(words('errors.code-not-numeric')))
    await expect(codeField(page)).toHaveValue(typed)
  }
  await codeField(page).fill('')
  await paste(`${code}7`)
  await expect(codeField(page)).toHaveAccessibleDescription(containing(words('errors.code-not-numeric')))
  await expect(codeField(page)).toHaveValue('')
  expect(sentCodes).toEqual([])

  const wrong = wrongCode(code)
  await paste(`${wrong.slice(0, 2)}-${wrong.slice(2, 4)}–${wrong.slice(4)}`)
  await expect(codeField(page)).toHaveAccessibleDescription(/2 tries left/)
  await paste(` ${code.slice(0, 3)} ${code.slice(3)}\n`)
  await expectHeading(page, words('resetPassword.title'))
  expect(sentCodes).toEqual([wrong, code])
})

test('on the Arabic page, a code may be typed in the digits of Arabic, Persian and full-width keyboards', {
  tag: '@all',
}, async ({ page, context, baseURL, newAccount }) => {
  const texts = wordsIn('ar')
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  const { code } = await readResetEmail(robin)
  await context.addCookies([{ name: 'latchkey-language', value: 'ar', url: baseURL as string }])
  await page.reload()
  await expectHeading(page, texts('code.title'))
  const sentCodes = recordSentCodes(page)
  const typedWith = (zero: string, digits: string) =>
    digits.replace(/\d/g, (digit) => String.fromCharCode(zero.charCodeAt(0) + Number(digit)))

  const wrong = wrongCode(code)
  await codeField(page, texts).pressSequentially(typedWith('٠', wrong.slice(0, 5)))
  // The boxes show the digits as the email does, from left to right.
  const shown = page.locator('form [aria-hidden] > div')
  await expect(shown).toHaveText([...wrong.slice(0, 5), ''])
  const places = await shown.evaluateAll((boxes) => boxes.map((box) => box.getBoundingClientRect().left))
  expect(places).toEqual(places.toSorted((a, b) => a - b))

  await codeField(page, texts).pressSequentially(typedWith('۰', wrong.slice(5)))
  await expect(codeField(page, texts)).toHaveAccessibleDescription(
    containing(texts('errors.code-wrong', { triesLeft: 2, wait: 'none' })),
  )
  await codeField(page, texts).fill(typedWith('０', code))
  await expectHeading(page, texts('resetPassword.title'))
  expect(sentCodes).toEqual([wrong, code])
})

test('a code is sent once, by its last digit or by Enter, and a lost connection loses nothing', async ({
  page,
  context,
  newAccount,
}) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  const { code } = await readResetEmail(robin)
  const sentCodes = recordSentCodes(page)
  await context.setOffline(true)
  await codeField(page).fill(code)
  await expect(page.getByRole('alert').filter({ hasText: words('errors.network') })).toBeVisible()
  await expect(codeField(page)).toHaveValue(code)
  await context.setOffline(false)

  sentCodes.length = 0
  await codeField(page).fill('')
  await codeField(page).pressSequentially(code)
  await page.keyboard.press('Enter')
  await expectHeading(page, words('resetPassword.title'))
  expect(sentCodes).toEqual([code])
})
