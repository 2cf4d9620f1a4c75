import { describe, expect, test } from 'vitest'
import { checkIndexes } from '@/scripts/doctor/check-indexes'
import { lineOf } from '@/scripts/doctor/finding'
import type { Adopted } from './adopted'

const COLUMNS = 'id email username full_name picture locale password_hash active sign_in_via'.split(' ')

interface Expected {
  /** The native type of an id. */
  idType: string
  /** The text form of an id of this type that no account has. */
  missingId: string
  /** The email address of an account with a password. */
  email: string
  /** A table of the application that Latchkey's role must not read. */
  usersTable: string
}

/** The promises that hold for the directory of every framework. `adopted` is called in the tests. */
export function describeDirectory(adopted: () => Adopted, { idType, missingId, email, usersTable }: Expected) {
  const idOf = async () => {
    const [row] = await adopted().role`select id::text from latchkey.accounts where email = ${email}`
    return row?.id as string
  }

  describe('the directory', () => {
    test('has the columns of the interface, and ids keep their type', async () => {
      const columns = await adopted().role`
        select column_name as name, data_type as type from information_schema.columns
        where table_schema = 'latchkey' and table_name = 'accounts' order by ordinal_position`
      expect(columns.map(({ name }) => name)).toEqual(COLUMNS)
      const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]))
      expect(types).toMatchObject({ id: idType, active: 'boolean' })
      const texts = COLUMNS.filter((name) => name !== 'id' && name !== 'active')
      expect(texts.map((name) => types[name]).filter((type) => !/^(text|character varying)$/.test(type))).toEqual([])
    })

    test('finds an account by the text form of its id', async () => {
      const id = await idOf()
      const found = await adopted().role`select email from latchkey.accounts a where a.id = latchkey.account_id(${id})`
      expect(found).toEqual([{ email }])
    })

    test('locks the row of an account, through the view, in the base table', async () => {
      const id = await idOf()
      const { role } = adopted()
      await role.begin(async (sql) => {
        const lock = sql`select 1 from latchkey.accounts a where a.id = latchkey.account_id(${id}) for no key update of a`
        expect(await lock).toHaveLength(1)
        const second = role`select 1 from latchkey.accounts a where a.id = latchkey.account_id(${id}) for no key update of a skip locked`
        expect(await second).toHaveLength(0)
      })
    })

    test('stores a new hash, once for an account that exists', async () => {
      const { role } = adopted()
      const set = async (id: string) => {
        const [row] = await role`select latchkey.set_password(latchkey.account_id(${id}), '$2b$04$newhash') as done`
        return row?.done
      }
      expect(await set(await idOf())).toBe(true)
      expect(await set(missingId)).toBe(false)
      const hashes = await role`select email from latchkey.accounts where password_hash like '$2_$04$newhash'`
      expect(hashes).toEqual([{ email }])
    })

    test('ends no sessions of an account that is gone', async () => {
      const ended = await adopted().role`select latchkey.end_sessions(latchkey.account_id(${missingId})) as count`
      expect(ended).toEqual([{ count: 0 }])
    })

    test.each(['nonsense', '', '-1', '9'.repeat(30), "' or true --"])('takes %j for no id', async (text) => {
      if (/text|character/.test(idType)) return
      expect(await adopted().role`select latchkey.account_id(${text}) as id`).toEqual([{ id: null }])
      expect(await adopted().role`select 1 from latchkey.accounts a where a.id = latchkey.account_id(${text})`).toEqual(
        [],
      )
    })

    test('takes numbers up to the largest of the type, in one form', async () => {
      const largest = { smallint: 32767n, integer: 2147483647n, bigint: 9223372036854775807n }[idType]
      if (largest === undefined) return
      const { role } = adopted()
      const idFor = async (text: string) => (await role`select latchkey.account_id(${text})::text as id`)[0]?.id
      expect(await idFor(`${largest}`)).toBe(`${largest}`)
      expect(await idFor(`${largest + 1n}`)).toBeNull()
      expect(await idFor('07')).toBeNull()
    })

    test('uses an index for each look-up', async () => {
      const { role } = adopted()
      const conditions = [
        `a.id = latchkey.account_id('${missingId}')`,
        `lower(a.email collate "C") = 'jo@example.com'`,
        `lower(a.email collate "C") = 'jo' or lower(a.username collate "C") = 'jo'`,
      ]
      for (const condition of conditions) {
        const plan = await role.begin(async (sql) => {
          await sql`set local enable_seqscan = off`
          return sql.unsafe(`explain (costs off) select * from latchkey.accounts a where ${condition}`)
        })
        const text = plan.map((row) => row['QUERY PLAN']).join('\n')
        expect(text, condition).toContain('Index Cond')
        expect(text, condition).not.toMatch(/Seq Scan on .*\bu\b/)
      }
      expect((await checkIndexes(role)).map(lineOf)).toEqual([expect.stringMatching(/^✓/)])
    })
  })

  describe('the role of the servers', () => {
    // Insufficient privilege, a column that is computed, or a view that joins.
    const refused = { code: expect.stringMatching(/^(42501|0A000|55000)$/) }

    test.each([
      `select 1 from ${usersTable}`,
      `update ${usersTable} set email = email`,
      `delete from ${usersTable}`,
      'update latchkey.accounts set password_hash = null',
      'update latchkey.accounts set email = null',
      'delete from latchkey.accounts',
      "insert into latchkey.accounts (email) values ('eve@example.com')",
    ])('may not run: %s', async (statement) => {
      await expect(adopted().role.unsafe(statement)).rejects.toMatchObject(refused)
    })

    test('cannot write to the one column that it may lock with', async () => {
      await expect(adopted().role`update latchkey.accounts set sign_in_via = 'x'`).rejects.toThrow(
        /cannot update (column|view)/,
      )
    })

    test('is the only one that may use the directory', async () => {
      const [rights] = await adopted().owner`
        select bool_or(has_function_privilege('pg_monitor', oid, 'execute')) as execute,
               has_table_privilege('pg_monitor', 'latchkey.accounts', 'select') as read
        from pg_proc where pronamespace = 'latchkey'::regnamespace and proname in ('account_id', 'set_password', 'end_sessions')`
      expect(rights).toEqual({ execute: false, read: false })
    })
  })

  test('the file can be applied again, and then names no missing index', async () => {
    await adopted().apply()
    const again = await adopted().generate()
    expect(again.sql).toContain('Every index that Latchkey needs exists.')
    expect(await idOf()).toBeTruthy()
  })
}
