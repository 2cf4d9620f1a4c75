import { expect, it } from 'vitest'
import { createTestDatabase } from '@/server/testing/database'
import { createDatabase, instantParam, runStatement } from './client'
import { sql } from './sql'
import { statementOf, step } from './statement'

const { db, directUrl } = await createTestDatabase()

it('timestamps of a statement are Dates, and null stays null', async () => {
  const at = new Date('2026-11-20T14:30:00.123Z')
  const [row] = await runStatement<Record<string, unknown>>(
    db,
    sql`select ${instantParam(at)} as at, null::timestamptz as never, '2026-11-20'::text as text, 1 as number`,
  )
  expect(row).toEqual({ at, never: null, text: '2026-11-20', number: 1 })
})

it('timestamps do not depend on the time zone of the connection', async () => {
  const { db: elsewhere, close } = createDatabase(
    `${directUrl}?options=${encodeURIComponent('-c TimeZone=Asia/Kolkata')}`,
  )
  const [row] = await runStatement(
    elsewhere,
    sql`select current_setting('TimeZone') as zone, '2026-11-20T14:30:00Z'::timestamptz as at`,
  )
  await close()
  expect(row).toEqual({ zone: 'Asia/Kolkata', at: new Date('2026-11-20T14:30:00Z') })
})

it('a step reads from the steps before it by their names', async () => {
  const numbers = step('numbers', sql`select * from (values (1), (2)) as n(number)`)
  const doubled = step('doubled', sql`select number * 2 as number from ${numbers}`)
  const rows = await runStatement(db, statementOf([numbers, doubled], sql`select number from ${doubled} order by 1`))
  expect(rows).toEqual([{ number: 2 }, { number: 4 }])
})
