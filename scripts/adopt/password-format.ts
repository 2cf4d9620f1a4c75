import { PASSWORD_PREFIXES } from '@/server/accounts/password-hash'
import type { PasswordHash } from './framework'
import type { Column, LiveSchema, Table } from './live-schema'
import { literal } from './sql-parts'

const SAMPLE = 1000

/** The formats of the stored passwords, the most frequent first. */
export interface PasswordFormats {
  /** Values of PASSWORD_HASH. */
  known: PasswordHash[]
  /** Formats that Latchkey verifies, and does not write. */
  onlyVerified: string[]
  /** True if the sample has hashes that Latchkey cannot verify. */
  hasOthers: boolean
}

/**
 * Finds the formats of stored passwords from a sample of them. The hashes stay in the database: it returns counts.
 * @param where limits the rows, for example `"providerId" = 'credential'`
 */
export async function findPasswordFormats(
  live: LiveSchema,
  table: Table,
  column: Column,
  where = 'true',
): Promise<PasswordFormats> {
  // PostgreSQL reads these regular expressions as JavaScript does.
  const cases = PASSWORD_PREFIXES.map(
    ({ name, prefix }) => `when hash ~ ${literal(prefix.source)} then ${literal(name)}`,
  )
  const rows = await live.rows<{ format: string | null }>(
    `select case ${cases.join(' ')} end as format
from (select ${column.sql} as hash from ${table.sql} where ${column.sql} <> '' and ${where} limit ${SAMPLE}) sample
group by 1 order by count(*) desc`,
  )
  const isNew = (name: string): name is PasswordHash =>
    PASSWORD_PREFIXES.some((format) => format.name === name && format.isNew)
  const found = rows.flatMap(({ format }) => format ?? [])
  return {
    known: found.filter(isNew),
    onlyVerified: found.filter((name) => !isNew(name)),
    hasOthers: found.length < rows.length,
  }
}

/**
 * Chooses PASSWORD_HASH from what is stored.
 * @param usual the framework's own format, for a table without passwords
 * @returns the value, and what to tell the adopter
 */
export function choosePasswordHash({ known, onlyVerified, hasOthers }: PasswordFormats, usual: PasswordHash) {
  const value = known[0] ?? usual
  const stored = [...known, ...onlyVerified]
  const found = stored.length > 0 ? [`stored passwords: ${stored.join(', ')}`] : []
  const assumed: string[] = []
  if (stored.length === 0 && !hasOthers) {
    assumed.push(
      `There are no passwords yet. PASSWORD_HASH is set to ${usual}: it must be the format that your application verifies.`,
    )
  }
  if (known.length > 1) {
    assumed.push(`Passwords are stored in several formats. New ones are stored as ${value}, the most frequent.`)
  }
  if (onlyVerified.length > 0) {
    assumed.push(
      `Some passwords are stored as ${onlyVerified.join(', ')}, which Latchkey verifies and does not write. Check that your application verifies ${value}.`,
    )
  }
  if (hasOthers) {
    assumed.push(
      `Some passwords have a format that Latchkey does not know. Check that your application verifies ${value}.`,
    )
  }
  return { value, found, assumed }
}
