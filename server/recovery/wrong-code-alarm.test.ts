import { expect, it } from 'vitest'
import { runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { createCodeFixture, otherClient, otherCode } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { refusalOf } from '@/server/testing/refusal'

const { db } = await createTestDatabase()

/** How many wrong codes are counted for all accounts together. */
async function countedWrong() {
  const [row] = await runStatement<{ wrong: number }>(
    db,
    sql`select coalesce(sum(count), 0)::int as wrong from latchkey.rate_limits where bucket like 'verify-code global%'`,
  )
  return row?.wrong
}

it('wrong codes raise an alarm when they are spread over accounts, so that none of them is blocked', async () => {
  const policy = { rateLimitScale: 20 / 6_000 }
  const alarms: string[] = []
  for (let n = 0; n < 15; n++) {
    const { account, code, enter } = await createCodeFixture(db, { policy })
    for (const triesLeft of [2, 1]) {
      const guess = enter(account.email, otherCode(code), { ...otherClient(), raiseAlarm: (of) => alarms.push(of) })
      expect(await refusalOf(guess)).toMatchObject({ code: 'code-wrong', triesLeft })
    }
  }
  expect(alarms).toEqual(Array.from({ length: 10 }, () => 'verify-code'))
})

it('right codes are no cause for an alarm', async () => {
  await runStatement(db, sql`delete from latchkey.rate_limits`)
  for (let n = 0; n < 40; n++) {
    const { enterRightCode } = await createCodeFixture(db)
    await enterRightCode(otherClient())
  }
  // A row keeps at least one.
  expect(await countedWrong()).toBeLessThanOrEqual(16)
})
