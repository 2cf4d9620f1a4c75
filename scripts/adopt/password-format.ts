import type { PasswordHash } from './framework'
import type { Column, LiveSchema, Table } from './live-schema'
import { literal } from './sql-parts'

/** What hashes of a format look like, as an SQL regular expression. The names are values of PASSWORD_HASH. */
const LOOKS: Partial<Record<PasswordHash, string>> = {
  argon2id: '^\\$argon2id\\$',
  bcrypt: '^\\$2[aby]\\$',
  'better-auth-scrypt': '^[0-9a-f]{32}:[0-9a-f]{128}$',
}

const SAMPLE = 1000

/** The formats of the stored passwords, the most frequent first. */
export interface PasswordFormats {
  /** Values of PASSWORD_HASH. */
  known: PasswordHash[]
  /** True if the sample has hashes of another format. */
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
  const cases = Object.entries(LOOKS).map(([format, look]) => `when hash ~ ${literal(look)} then ${literal(format)}`)
  const rows = await live.rows<{ format: PasswordHash | null }>(
    `select case ${cases.join(' ')} end as format
from (select ${column.sql} as hash from ${table.sql} where ${column.sql} <> '' and ${where} limit ${SAMPLE}) sample
group by 1 order by count(*) desc`,
  )
  const known = rows.flatMap(({ format }) => (format ? [format] : []))
  return { known, hasOthers: known.length < rows.length }
}

/**
 * Chooses PASSWORD_HASH from what is stored.
 * @param usual the framework's own format, for a table without passwords
 * @returns the value, and what to tell the adopter
 */
export function choosePasswordHash({ known, hasOthers }: PasswordFormats, usual: PasswordHash) {
  const value = known[0] ?? usual
  const found = known.length > 0 ? [`stored passwords: ${known.join(', ')}`] : []
  const assumed: string[] = []
  if (known.length === 0 && !hasOthers) {
    assumed.push(
      `There are no passwords yet. PASSWORD_HASH is set to ${usual}: it must be the format that your application verifies.`,
    )
  }
  if (known.length > 1) {
    assumed.push(`Passwords are stored in several formats. New ones are stored as ${value}, the most frequent.`)
  }
  if (hasOthers) {
    assumed.push(
      `Some passwords have a format that Latchkey does not know. Check that your application verifies ${value}.`,
    )
  }
  return { value, found, assumed }
}
