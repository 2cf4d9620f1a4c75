import postgres from 'postgres'

/** The email address of the n-th numbered account, from 0. */
export const addressOf = (n: number): string => `person${n}@example.com`

/** Adds accounts without a password, numbered from 0, to a database with Latchkey's own accounts. */
export async function addNumberedAccounts(url: string, count: number): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  await sql`insert into latchkey.users (email, username, full_name)
    select 'person' || n || '@example.com', 'person' || n, 'Person ' || n from generate_series(0, ${count - 1}) n`
  await sql.end()
}
