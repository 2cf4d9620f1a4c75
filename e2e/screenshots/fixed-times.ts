import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { expect } from '@/e2e/fixtures'
import type { Visit } from '@/e2e/states'
import { waitUntilHydrated } from '@/e2e/wait-until-hydrated'
import { formatTime } from '@/server/language/format-time'
import type { Locale } from '@/server/language/languages'
import type { MailboxEmail } from '@/server/mail/transports/mailbox'

/** The time that every picture shows, so that a new run changes only pictures whose page has changed. */
const SHOWN_AT = new Date('2026-03-14T09:41:00Z')

/** Shows every time of the page as SHOWN_AT, once the page's script has put the times of this device in their place. */
export async function settleTimes(page: Page, formats: string): Promise<void> {
  if ((await page.locator('time').count()) === 0) return
  await waitUntilHydrated(page)
  const format = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const
  const text = new Intl.DateTimeFormat(formats, { ...format, timeZone: 'UTC' }).format(SHOWN_AT)
  await page.evaluate((text) => {
    for (const time of document.querySelectorAll('time')) time.textContent = text
  }, text)
}

/** Replaces everything random in the stored emails (the port, tokens, codes and times), and loads the page again. */
export async function settleEmails({ page, mailboxDir }: Visit, locale: Locale): Promise<void> {
  for (const name of (await readdir(mailboxDir)).filter((name) => name.endsWith('.json'))) {
    const file = path.join(mailboxDir, name)
    const email = JSON.parse(await readFile(file, 'utf8')) as MailboxEmail
    const at = Date.parse(email.at)
    const times = [0, 1, 2].map((minutes) => formatTime(locale, new Date(at - minutes * 60_000)))
    const settle = (text: string) =>
      times
        .reduce((result, time) => result.replaceAll(time, formatTime(locale, SHOWN_AT)), text)
        .replace(/http:\/\/localhost:\d+/g, 'https://accounts.example.com')
        .replace(/token=[\w-]+/g, `token=${'Yk3vQ9tLr7WmZ2xB'.repeat(2)}`)
        .replace(/(?<=[\s>])\d{6}(?=[\s<])/g, '685351')
    await writeFile(file, JSON.stringify({ ...email, html: settle(email.html), text: settle(email.text) }))
  }
  await page.reload()
  await waitUntilHydrated(page)
  // The frame of an email gets the height of its content.
  const unmeasured = () =>
    page.evaluate(
      () =>
        [...document.querySelectorAll('iframe')].filter((frame) => {
          const content = frame.contentDocument?.documentElement
          return !content || Math.abs(frame.clientHeight - content.getBoundingClientRect().height) > 2
        }).length,
    )
  await expect.poll(unmeasured, { message: 'frames without the height of their email', timeout: 60_000 }).toBe(0)
}
