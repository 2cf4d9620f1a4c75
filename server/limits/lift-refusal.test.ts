import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { networksOf } from '@/server/http/client-address'
import { createTestDatabase } from '@/server/testing/database'

const { db } = await createTestDatabase()

const operations = readFileSync(path.resolve(import.meta.dirname, '../../docs/operations.md'), 'utf8')
const statement = /^delete from latchkey\.rate_limits .*;$/m.exec(operations)?.[0] as string

it('the statement of docs/operations.md deletes the counters of one address and its network, and no others', async () => {
  const bucketsOf = (address: string) =>
    networksOf(address).flatMap(({ name }) => [`request-reset network ${name}`, `locate network ${name} 3`])
  const others = ['203.0.113.70', '203.0.114.7', '1203.0.113.7'].flatMap(bucketsOf)
  const kept = others.filter((bucket) => !bucket.includes('203.0.113.0/24'))
  const buckets = [...new Set([...bucketsOf('203.0.113.7'), ...others])]
  await db.$client.unsafe(
    `insert into latchkey.rate_limits (bucket, count, expires_at)
    select bucket, 60, now() + interval '1 hour' from jsonb_array_elements_text($1::text::jsonb) bucket`,
    [JSON.stringify(buckets)],
  )
  await db.$client.unsafe(statement)
  const left = await db.$client.unsafe('select bucket from latchkey.rate_limits')
  expect(left.map(({ bucket }) => bucket).sort()).toEqual([...new Set(kept)].sort())
})

it('its forms of IPv6 networks are those of the counters', () => {
  const names = networksOf('2001:db8:0:1::5').map(({ name }) => name)
  expect(names.filter((name) => !operations.includes(`\`${name}\``))).toEqual([])
})
