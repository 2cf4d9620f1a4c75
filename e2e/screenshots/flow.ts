import sharp from 'sharp'
import { accountField, passwordField } from '@/e2e/page-actions'
import { STATES, type Visit } from '@/e2e/states'
import { settleEmails } from './fixed-times'

const open = async (visit: Visit, name: string) => {
  await STATES.find((state) => state.name === name)?.open(visit)
}

/** The steps of a reset, side by side and at twice the size: the request, the email, the code, the new password. */
export async function takeFlow(visit: Visit, file: string): Promise<void> {
  const { page, words } = visit
  const panels: Buffer[] = []
  const take = async () => panels.push(await page.screenshot({ animations: 'disabled', caret: 'hide' }))

  await open(visit, 'forgot-password')
  await accountField(page, words).fill('ada@example.com')
  await take()
  await open(visit, 'mailbox-email')
  await settleEmails(visit, 'en')
  const email = await page.locator('iframe').getAttribute('srcdoc')
  await page.goto('about:blank')
  await page.setContent(email ?? '')
  await take()
  await open(visit, 'code-half-entered')
  await take()
  await open(visit, 'new-password-typed')
  await passwordField(page, words).fill('plum river lantern 42')
  await take()

  const { width, height } = { width: 720, height: 1280 }
  const [gap, margin] = [40, 20]
  await sharp({
    create: {
      width: 2 * margin + panels.length * width + (panels.length - 1) * gap,
      height: height + 2 * margin,
      channels: 3,
      background: '#ffffff',
    },
  })
    .composite(panels.map((input, index) => ({ input, left: margin + index * (width + gap), top: margin })))
    .png({ palette: true, colours: 64, effort: 10 })
    .toFile(file)
}
