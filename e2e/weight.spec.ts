import type { Page } from '@playwright/test'
import { COMPILE_HINT } from '@/scripts/compile-hints'
import { PASSWORD } from './accounts'
import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'
import { openAccountPage, openCodePage } from './page-actions'
import { sendPagesInPieces } from './pages-in-pieces'
import { waitUntilHydrated } from './wait-until-hydrated'

/** The most JavaScript that a page may load, in bytes as sent. */
const MOST_BYTES = 170_000

/** A page whose form another page has too. `npm test` leaves it out. */
const LIKE_OTHERS = new Set(['/stop-emails'])

/** The screen that Lighthouse has for mobile devices. */
const PHONE = { width: 412, height: 823 }

interface Shift extends PerformanceEntry {
  value: number
  sources: { previousRect: DOMRect; currentRect: DOMRect }[]
}

/** Runs in a page before anything else. Records each movement of its content: its score, and what was moved to where. */
function recordShifts() {
  const shifts: string[] = []
  Object.assign(window, { layoutShifts: shifts })
  const at = ({ x, y, width, height }: DOMRect) => [x, y, width, height].map(Math.round).join(' ')
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries() as Shift[])
      shifts.push(
        [value.toFixed(4), ...sources.map((one) => `${at(one.previousRect)} → ${at(one.currentRect)}`)].join(', '),
      )
  }).observe({ type: 'layout-shift', buffered: true })
}

/** Runs in the page, once every frame so far has been shown. Returns its movements. A last one is made on purpose, and must be seen. */
async function readShifts() {
  const { layoutShifts } = window as unknown as { layoutShifts: string[] }
  const nextFrames = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  await nextFrames()
  const shifts = [...layoutShifts]
  document.body.prepend(Object.assign(document.createElement('p'), { style: 'height: 9rem' }))
  while (layoutShifts.length === shifts.length) await nextFrames()
  return shifts
}

/** Records the scripts that a page loads, prefetched ones too, and everything that the browser complains about. */
async function visit(page: Page, path: string) {
  const scripts: Promise<number>[] = []
  const hinted: Promise<boolean>[] = []
  const loaded = new Set<string>()
  page.on('requestfinished', (request) => loaded.add(request.url()))
  const complaints: string[] = []
  page.on('response', (response) => {
    if (!/javascript/.test(response.headers()['content-type'] ?? '')) return
    // Next.js sends scripts of less than a kilobyte as they are.
    const isTiny = Number(response.headers()['content-length']) < 1024
    if (!isTiny) expect(response.headers()['content-encoding'], response.url()).toMatch(/^(gzip|br|zstd)$/)
    scripts.push(
      response
        .request()
        .sizes()
        .then((sizes) => sizes.responseBodySize),
    )
    hinted.push(response.text().then((text) => text.startsWith(COMPILE_HINT)))
  })
  page.on('console', (message) => {
    // Chromium's advice about markup is not about anything that went wrong.
    if (!message.text().startsWith('[DOM]')) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`),
    )
  })
  await page.addInitScript(recordShifts)
  // No script arrives before the page has been painted without it, however fast the machine is.
  let release = () => {}
  const painted = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/_next/static/**/*.js*', async (route) => {
    await painted
    return route.continue()
  })
  const opened = page.goto(path)
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
  release()
  await opened
  await waitUntilHydrated(page)
  // Everything that the page names has arrived, also what React has added to it.
  await expect
    .poll(async () => {
      const named = await page.evaluate(() =>
        [
          ...document.querySelectorAll<HTMLScriptElement | HTMLLinkElement>(
            'script[src]:not([nomodule]), link[as=script]',
          ),
        ].map((element) => ('src' in element ? element.src : element.href)),
      )
      return named.length > 0 && named.filter((address) => !loaded.has(address))
    })
    .toEqual([])
  expect(new URL(page.url()).pathname).toBe(path)
  expect(await Promise.all(hinted), `${path}: whether each script has the hint to compile it early`).not.toContain(
    false,
  )
  const bytes = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0)
  return { bytes, complaints, shifts: await page.evaluate(readShifts) }
}

test('every page loads at most 170 kB of JavaScript and moves nothing that it has shown, and the browser reports no problem', async ({
  browser,
  newAccount,
}) => {
  const robin = await newAccount()
  const link = async (page: Page) => {
    await openCodePage(page, robin.email)
    await page.goto((await readResetEmail(robin)).link)
  }
  const emailed = (path: string) => (page: Page) => page.goto(`${path}?token=${'x'.repeat(43)}`)
  const preparations: Record<string, (page: Page) => Promise<unknown>> = {
    '/': async () => {},
    '/sign-in': async () => {},
    // With the account filled in, and a link to the code.
    '/forgot-password': (page) => openCodePage(page, robin.email),
    '/forgot-password/code': (page) => openCodePage(page, robin.email),
    '/reset-password': link,
    '/secure-account': emailed('/secure-account'),
    '/stop-emails': emailed('/stop-emails'),
    '/account': (page) => openAccountPage(page, robin, PASSWORD),
  }
  const weights: Record<string, number> = {}
  const opened = Object.entries(preparations).filter(([path]) => process.env.TEST_ALL || !LIKE_OTHERS.has(path))
  for (const [path, prepare] of opened) {
    const context = await browser.newContext()
    await prepare(await context.newPage())
    // Another context with the same cookies has an empty cache.
    const fresh = await browser.newContext({ storageState: await context.storageState(), viewport: PHONE })
    const { bytes, complaints, shifts } = await visit(await fresh.newPage(), path)
    expect(complaints, path).toEqual([])
    expect(shifts, `${path}: movements`).toEqual([])
    weights[path] = bytes
    await fresh.close()
    await context.close()
  }
  test.info().annotations.push({ type: 'weights', description: JSON.stringify(weights) })
  for (const [path, bytes] of Object.entries(weights)) {
    expect(bytes, `JavaScript of ${path}`).toBeGreaterThan(50_000) // otherwise nothing was measured
    expect(bytes, `JavaScript of ${path}`).toBeLessThanOrEqual(MOST_BYTES)
  }
})

test('a page that arrives in pieces moves nothing that it has shown', { tag: '@all' }, async ({
  page,
  newAccount,
  baseURL,
}) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  await page.setViewportSize(PHONE)
  await page.addInitScript(recordShifts)
  const slow = await sendPagesInPieces(new URL(baseURL as string))
  try {
    for (const path of ['/sign-in', '/forgot-password/code']) {
      await page.goto(slow.url + path)
      expect(await page.evaluate(readShifts), `${path}: movements`).toEqual([])
    }
    expect(slow.pieces).toBeGreaterThan(40) // otherwise nothing was tested
  } finally {
    await slow.stop()
  }
})
