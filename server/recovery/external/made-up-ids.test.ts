import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { mailedLink } from '@/server/contracts/views/handlers'
import { SOCKET_ADDRESS_HEADER } from '@/server/http/client-address'
import { encodeUid } from '@/server/recovery/link-forms'
import { openLink } from '@/server/recovery/open-link'
import { API_ORIGIN, JSON_TYPE, stubApiEnvironment } from '@/server/testing/api-client'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'

const { db, url } = await createTestDatabase()
stubApiEnvironment(url)

const NO_IDS = [
  ['a number that no account has', '1'],
  ['zero', '0'],
  ['a negative number', '-4711'],
  ['a number with a leading zero', '04711'],
  ['a number with a space', '4711 '],
  ['a number with an exponent', '4e3'],
  ['digits of another script', '\u0664\u0667\u0661\u0661'],
  ['the largest bigint', '9223372036854775807'],
  ['one more than the largest bigint', '9223372036854775808'],
  ['200 digits', '9'.repeat(200)],
  ['a UUID', randomUUID()],
  ['SQL', "4711'; drop schema latchkey cascade; --"],
  ['255 letters', 'x'.repeat(255)],
  ['other characters', '\u{1f511}\u202e%00\\'],
] as const

it('the id of an account has one text form', async () => {
  const account = await createRecoveryFixture(db).account()
  const [row] = await db.execute<{ text: string; same: boolean }>(
    sql`select id::text as text, id = latchkey.account_id(${account.id}) as same from latchkey.accounts`,
  )
  expect(row).toEqual({ text: account.id, same: true })
})

describe('a made-up id in a link', () => {
  it.each(NO_IDS)('is no account: %s', async (_, accountId) => {
    const [row] = await db.execute<{ id: string | null; known: boolean }>(sql`
      select exists (select from latchkey.accounts where id = latchkey.account_id(${accountId})) as known`)
    expect(row?.known).toBe(false)

    const fixture = createRecoveryFixture(db)
    const { token } = await fixture.mailedLink(await fixture.account())
    const secret = { kind: 'link', token, accountId } as const
    expect(await refusalOf(openLink(fixture.ctx(), secret))).toEqual({ code: 'link-unknown' })
    const revealing = createRecoveryFixture(db, { policy: { disclosure: 'reveal' } })
    expect(await refusalOf(openLink(revealing.ctx(), secret))).toEqual({ code: 'account-unknown' })

    const address = { ...JSON_TYPE, [SOCKET_ADDRESS_HEADER]: '2001:db8::1' }
    const body = JSON.stringify({ new_password: 'a very new passphrase', confirm_password: 'a very new passphrase' })
    const uidb64 = encodeUid(accountId)
    const request = new Request(`${API_ORIGIN}/reset-password/${uidb64}/${token}/`, {
      method: 'POST',
      headers: address,
      body,
    })
    const answer = await mailedLink.POST(request, { params: Promise.resolve({ uidb64, token }) })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({ error: 'Invalid or expired token' })
  })
})
