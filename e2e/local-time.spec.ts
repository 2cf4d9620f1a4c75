import { expect, test } from './fixtures'
import { openAccountPage } from './page-actions'

for (const timezoneId of ['America/New_York', 'Asia/Tokyo']) {
  test.describe(`in the time zone ${timezoneId}`, { tag: timezoneId.startsWith('Asia') ? '@all' : [] }, () => {
    test.use({ timezoneId })

    test('times are shown in that zone, and in UTC without a script', async ({ page, newAccount }) => {
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      const robin = await newAccount()
      await openAccountPage(page, robin, robin.password)
      const time = page.getByRole('time').first()
      const at = new Date((await time.getAttribute('datetime')) ?? '')
      const clockTime = (timeZone: string) =>
        new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone }).format(at)
      await expect(time).toContainText(clockTime(timezoneId))
      await expect(time).not.toContainText('UTC')
      expect(await (await page.request.get('/account')).text()).toContain(`${clockTime('UTC')} UTC`)
      expect(complaints).toEqual([])
    })
  })
}
