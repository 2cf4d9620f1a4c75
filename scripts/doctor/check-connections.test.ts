import { expect, inject, it } from 'vitest'
import { createDatabase } from '@/server/db/client'
import type {} from '@/server/testing/global-setup'
import { checkConnections } from './check-connections'
import { lineOf } from './finding'

const { db, close } = createDatabase(inject('postgres').url, { maxConnections: 1, pooling: 'session' })
const lineFor = async (databaseMaxConnections: number, webConcurrency: number, databasePooling = 'session' as const) =>
  lineOf(await checkConnections(db.$client, { databaseMaxConnections, webConcurrency, databasePooling }))

it('the connections of all server processes are compared with what the database allows', async () => {
  const [{ most } = { most: 0 }] = await db.$client<{ most: number }[]>`
    select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most`
  expect(await lineFor(1, 1)).toMatch(new RegExp(`^✓ 1 connections: the database allows ${most}$`))
  expect(await lineFor(most, 1)).toMatch(/^✓/)
  expect(await lineFor(most + 1, 1)).toMatch(/^✗/)
  expect(await lineFor(most, 2)).toMatch(
    new RegExp(`^✗ 2 server processes .* Set DATABASE_MAX_CONNECTIONS to ${Math.floor(most / 2)} or less`),
  )
  await close()
})
