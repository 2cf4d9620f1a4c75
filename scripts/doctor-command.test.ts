import postgres from 'postgres'
import { describe, expect, it } from 'vitest'
import { createAdopted, createApplicationDatabase } from '@/server/testing/adopt/adopted'
import { bundleCommand, npmCommand } from '@/server/testing/command'
import { laravel } from './adopt/laravel'

const HASH = '$2y$12$EXRkfkdmXn2gzds2SSitu.MW9.gAVqa9eLS1//RYtYCmB1eLHg.9q'
const adopted = await createAdopted(laravel, {
  people: `insert into users (name, email, password) values ('Ada', 'ada@example.com', '${HASH}')`,
})

/** A database with Latchkey's tables, where no file of `npm run adopt` was applied. */
const fresh = await createApplicationDatabase()

const SETTINGS = {
  ACCOUNTS: 'external',
  APP_URL: 'https://accounts.example.com',
  APP_SECRET: 'q7Zr0Xb2Vf5Nw8Kd1Ls4Hj6Gt9Py3Ua0Ce7Mi2Ro',
  DATABASE_URL: adopted.roleUrl,
  MAIL_FROM: 'Example <accounts@example.com>',
  PASSWORD_HASH: 'bcrypt',
  RESEND_API_KEY: 're_123456789',
  RESEND_BASE_URL: 'http://127.0.0.1:1', // nothing listens there
  SIGN_IN_URL: 'https://app.example.com/login',
}

const doctor = await bundleCommand('scripts/doctor.ts')
const start = await bundleCommand('scripts/start.ts')

describe('npm run doctor', () => {
  it('checks everything with the rights of the servers, and exits with 1 for a fault', async () => {
    const { code, output } = await doctor(SETTINGS)
    expect(output.split('\n').filter((line) => !line.startsWith('✓'))).toEqual([
      '✗ Resend does not answer. Check that this machine may call https://api.resend.com',
      '· RESEND_WEBHOOK_SECRET is not set: bounces and complaints stay unknown (docs/operations.md)',
      '1 fault',
    ])
    expect(output).toContain('✓ a round trip')
    expect(code).toBe(1)
  })

  it('tells each wrong variable in a line', async () => {
    const { code, output } = await npmCommand('scripts/doctor.ts')({
      ...SETTINGS,
      SIGN_IN_URL: 'login',
      PASSWORD_HASH: 'md5',
    })
    expect(output).toMatch(
      /^✗ SIGN_IN_URL must be .*\n✗ PASSWORD_HASH must be .*\n2 faults$|^✗ PASSWORD_HASH must be .*\n✗ SIGN_IN_URL must be .*\n2 faults$/,
    )
    expect(code).toBe(1)
  })

  it('tells a role that has no rights yet what to apply', async () => {
    const { code, output } = await doctor({ ...SETTINGS, DATABASE_URL: fresh.roleUrl })
    expect(output).toMatch(
      /✗ The role \w+ may not read the migrations of the database \(permission denied for schema latchkey\)\. .*npm run adopt/,
    )
    expect(output).toMatch(/\n2 faults$/) // the other one is that Resend does not answer
    expect(code).toBe(1)
  })

  it('tells that migrations are missing, and goes no further', async () => {
    const sql = postgres(adopted.ownerUrl, { max: 1 })
    await sql`alter table latchkey.migrations rename to migrations_away`
    const { output } = await doctor(SETTINGS)
    await sql`alter table latchkey.migrations_away rename to migrations`
    await sql.end()
    expect(output).toMatch(/✗ migrations are missing: .*Run: npm run migrate/)
    expect(output).not.toContain('✓ a round trip')
  })
})

it('npm start tells a role that has no rights yet what to apply, in one line', async () => {
  const { code, output } = await start({ ...SETTINGS, DATABASE_URL: fresh.roleUrl, PORT: '1' })
  expect(output).toMatch(/^The role \w+ may not read the migrations of the database .*npm run adopt.*$/)
  expect(code).toBe(1)
})

it('npm start refuses an account directory that does not work, with a line for each fault', async () => {
  const sql = postgres(adopted.ownerUrl, { max: 1 })
  await sql.unsafe('drop function latchkey.end_sessions')
  const { code, output } = await start({ ...SETTINGS, PORT: '1' })
  await adopted.apply()
  await sql.end()
  expect(output).toMatch(/Latchkey cannot start:\n✗ the function latchkey\.end_sessions does not exist/)
  expect(code).toBe(1)
})

it('a command that migrates first refuses a wrong ACCOUNTS', async () => {
  const { code, output } = await npmCommand('scripts/mail.ts')({ ...SETTINGS, ACCOUNTS: 'External' }, 'status')
  expect(output).toContain('ACCOUNTS must be one of own, external')
  expect(code).toBe(1)
})
