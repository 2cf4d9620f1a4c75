import { expect, it, onTestFinished } from 'vitest'
import { createDatabase, isOutage, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { createApiClient, stubApiEnvironment } from '@/server/testing/api-client'
import { createTestDatabase } from '@/server/testing/database'

const { directUrl: url, name } = await createTestDatabase()
stubApiEnvironment(url)

/** Opened before the database turns read-only, so that it stays writable. */
async function openOperator() {
  const { db, close } = createDatabase(url, { maxConnections: 1 })
  onTestFinished(close)
  await runStatement(db, sql`select 1`)
  return (setting: 'on' | 'off') =>
    runStatement(db, sql.raw(`alter database ${name} set default_transaction_read_only = ${setting}`))
}

/** New sessions of a read-only database refuse writes, like those of a server that is no longer the primary. */
it('a read-only server is an outage, and is left for the primary as soon as there is one', async () => {
  const setReadOnly = await openOperator()
  await setReadOnly('on')
  const ask = () => createApiClient().mutate('recovery.request', { account: 'ada@example.com' })
  for (let times = 0; times < 12; times++) {
    const { status, headers, error } = await ask()
    expect(status).toBe(503)
    expect(headers.get('retry-after')).toBe('5')
    expect(error.data.reason).toBe('busy')
  }
  await setReadOnly('off')
  // Sessions that were opened before would refuse for ever.
  for (let times = 0; times < 12; times++) expect((await ask()).status).toBe(200)
})

it.each(['25006', '40001', '40P01', '57P01', '53300'])('the error %s is an outage', async (code) => {
  const { db, close } = createDatabase(url)
  onTestFinished(close)
  const failing = sql.raw(`do $$ begin raise exception using errcode = '${code}'; end $$`)
  await expect(runStatement(db, failing)).rejects.toSatisfy(isOutage)
  expect(await runStatement(db, sql`select 1 as one`)).toEqual([{ one: 1 }])
})

it('an error of the data is none', async () => {
  const { db, close } = createDatabase(url)
  onTestFinished(close)
  await expect(runStatement(db, sql`select ${'x'}::uuid`)).rejects.toSatisfy((error) => !isOutage(error))
})
