import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { deriveKey, type SecretRing } from '@/server/core/secrets'
import type { LinkForm } from '@/server/db/schema'
import type { OutgoingEmail } from '@/server/mail/emails'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { createTestDatabase } from '@/server/testing/database'
import { APP_URL, createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { presentedSecret } from './find-live-secret'
import { decodeUid, encodeUid, readLinkJwt } from './link-forms'
import { openLink } from './open-link'
import { requestReset } from './request-reset'
import { resetPassword } from './reset-password'

const { db } = await createTestDatabase()

const linkIn = (email: OutgoingEmail | undefined) => /^https:\/\/\S+$/m.exec(email?.text ?? '')?.[0] as string

async function withLink(form: LinkForm) {
  const fixture = createRecoveryFixture(db)
  const account = await fixture.account()
  await requestReset(fixture.ctx(), { account: identifierSchema.parse(account.email), form })
  await fixture.deliver()
  const link = linkIn(fixture.mailbox.to(account.email)[0])
  return { fixture, account, link, token: new URL(link).searchParams.get('token') as string }
}

describe('a link in an email', () => {
  it.each([
    ['pages', () => /^\/api\/accounts\/forgot_password\?token=[\w-]{43}$/],
    ['v1', () => /^\/reset-password\?token=[\w-]{43}$/],
    ['jwt', () => /^\/reset-password\?token=[\w-]+\.[\w-]+\.[\w-]{43}$/],
    ['views', (id: string) => new RegExp(`^/reset-password/${encodeUid(id)}/[\\w-]{43}/$`)],
  ] as const)('has the documented form of its interface: %s', async (form, path) => {
    const { link, account } = await withLink(form)
    expect(link.startsWith(`${APP_URL}/`)).toBe(true)
    expect(link.slice(APP_URL.length)).toMatch(path(account.id))
  })

  it('is the same when the email is sent again', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await requestReset(fixture.ctx(), { account: identifierSchema.parse(account.email), form: 'jwt' })
    fixture.mailbox.answerNext(() => ({ kind: 'retry', reason: 'connection reset' }))
    await fixture.deliver()
    fixture.clock.advance(120)
    await fixture.deliver()
    expect(fixture.mailbox.calls[1]?.emails).toEqual(fixture.mailbox.calls[0]?.emails)
  })
})

describe('a link that contains a user id', () => {
  const partsOf = (link: string) => new URL(link).pathname.split('/').slice(2, 4) as [string, string]

  it('works with the id of its own account only', async () => {
    const { fixture, account, link } = await withLink('views')
    const other = await fixture.account()
    const [uid, token] = partsOf(link)
    expect(decodeUid(uid)).toBe(account.id)
    const spellings = [account.id.toUpperCase(), `0${account.id}`, `${account.id} `].filter((id) => id !== account.id)
    for (const accountId of [other.id, randomUUID(), '4711', "' or 1=1", ...spellings]) {
      expect(await refusalOf(openLink(fixture.ctx(), { kind: 'link', token, accountId }))).toEqual({
        code: 'link-unknown',
      })
    }
    const secret = { kind: 'link', token, accountId: account.id } as const
    await openLink(fixture.ctx(), secret)
    await resetPassword(fixture.ctx(), { secret, password: OTHER_PASSWORD })
  })

  it('has one valid spelling of the id', () => {
    const id = randomUUID()
    const uid = encodeUid(id)
    expect(decodeUid(uid)).toBe(id)
    for (const other of ['', '1', id, `${uid}=`, ` ${uid}`, uid.slice(1), encodeUid(`${id}\n`), '\0']) {
      expect(decodeUid(other)).toBeNull()
    }
  })
})

describe('a JWT in an email', () => {
  it('contains the user id, 50 letters and digits, and the time when it expires', async () => {
    const { fixture, account, token } = await withLink('jwt')
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(decodeJwt(token)).toEqual({
      user_id: account.id,
      reset_token: expect.stringMatching(/^[A-Za-z0-9]{50}$/),
      exp: fixture.clock.now().getTime() / 1000 + 3600,
    })
  })

  it('works once and expires at the time in its database row', async () => {
    const { fixture, token } = await withLink('jwt')
    const secret = presentedSecret(token)
    expect(secret.kind).toBe('jwt')
    fixture.clock.advance(3600)
    expect(await refusalOf(openLink(fixture.ctx(), secret))).toEqual({ code: 'link-expired' })
    fixture.clock.advance(-1)
    await resetPassword(fixture.ctx(), { secret, password: OTHER_PASSWORD })
    expect(await refusalOf(openLink(fixture.ctx(), secret))).toEqual({ code: 'link-used' })
  })

  it('does not carry a token that works as a link or a grant', async () => {
    const { fixture, token } = await withLink('jwt')
    const resetToken = decodeJwt(token).reset_token as string
    for (const kind of ['link', 'jwt', 'grant'] as const) {
      expect((await refusalOf(openLink(fixture.ctx(), { kind, token: resetToken }))).code).toMatch(
        /^(link|grant)-unknown$/,
      )
    }
  })
})

describe('another spelling of a JWT', () => {
  it.each(['%s ', '%s\n', '%s=', ' %s'])('is rejected: "%s"', async (spelling) => {
    const { fixture, token } = await withLink('jwt')
    const secret = { kind: 'jwt', token: spelling.replace('%s', token) } as const
    expect(await refusalOf(openLink(fixture.ctx(), secret))).toEqual({ code: 'link-unknown' })
  })
})

describe('a forged JWT', () => {
  const RING: SecretRing = ['the application secret of these tests']
  const key = (secret: string) => new Uint8Array(deriveKey(secret, 'jwt'))
  const payload = { user_id: randomUUID(), reset_token: 'A'.repeat(50) }
  const exp = 1_800_000_000 // `readLinkJwt` checks that it is a number, not whether it has passed
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

  /** A token with any header and payload and a valid HS256 signature, by default of our own key. */
  const signed = (header: object, body: unknown, secret: string | Uint8Array = key(RING[0])) => {
    const text = `${encode(header)}.${encode(body)}`
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }
  const validPayload = { ...payload, exp }
  const HS256 = { alg: 'HS256', typ: 'JWT' }
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { kty: 'oct', k: Buffer.from('attacker').toString('base64url') }

  it('differs from a valid one, which is accepted under any secret of the ring', async () => {
    const token = signed(HS256, validPayload)
    expect(await readLinkJwt(RING, token)).toEqual({ accountId: payload.user_id, resetToken: payload.reset_token })
    expect(await readLinkJwt(['a newer application secret', ...RING], token)).not.toBeNull()
    expect(await readLinkJwt(['a newer application secret'], token)).toBeNull()
  })

  const forgeries: [string, string | Promise<string>][] = [
    ...['none', 'None', 'NONE', 'nOnE', ''].map((alg): [string, string] => [
      `alg "${alg}", unsigned`,
      `${encode({ alg, typ: 'JWT' })}.${encode(validPayload)}.`,
    ]),
    ['alg none, signed', signed({ alg: 'none', typ: 'JWT' }, validPayload)],
    ['no alg', signed({ typ: 'JWT' }, validPayload)],
    ['alg HS512 over an HS256 signature', signed({ alg: 'HS512', typ: 'JWT' }, validPayload)],
    [
      'a valid HS512 signature',
      new SignJWT(payload).setProtectedHeader({ alg: 'HS512', typ: 'JWT' }).setExpirationTime(exp).sign(key(RING[0])),
    ],
    [
      "RS256 with the attacker's key",
      new SignJWT(payload).setProtectedHeader({ alg: 'RS256', typ: 'JWT' }).setExpirationTime(exp).sign(privateKey),
    ],
    [
      'HS256 with a public key as its secret',
      signed(HS256, validPayload, publicKey.export({ type: 'spki', format: 'pem' }).toString()),
    ],
    ["the attacker's key in jwk", signed({ ...HS256, jwk }, validPayload, 'attacker')],
    ['a kid that is a path', signed({ ...HS256, kid: '../../../dev/null' }, validPayload, '')],
    ['a kid that is SQL', signed({ ...HS256, kid: "x' union select 'attacker" }, validPayload, 'attacker')],
    ["the attacker's address in jku", signed({ ...HS256, jku: 'https://evil.example/jwks' }, validPayload, 'attacker')],
    ['a critical extension', signed({ ...HS256, crit: ['x'], x: 1 }, validPayload)],
    ['the application secret itself as the key', signed(HS256, validPayload, RING[0])],
    ['the key of another use', signed(HS256, validPayload, new Uint8Array(deriveKey(RING[0], 'another use')))],
    ['an empty signature', `${encode(HS256)}.${encode(validPayload)}.`],
    ['no signature', `${encode(HS256)}.${encode(validPayload)}`],
    ['five parts', `${signed(HS256, validPayload)}.x.y`],
    [
      'a valid signature of another payload',
      signed(HS256, validPayload).replace(/\.[^.]+\./, `.${encode({ ...validPayload, user_id: randomUUID() })}.`),
    ],
    ['no exp', signed(HS256, payload)],
    ['an exp that is text', signed(HS256, { ...payload, exp: '9999999999' })],
    ['an exp that is null', signed(HS256, { ...payload, exp: null })],
    ['no typ', signed({ alg: 'HS256' }, validPayload)],
    ['another typ', signed({ alg: 'HS256', typ: 'at+jwt' }, validPayload)],
    ['no user id', signed(HS256, { reset_token: payload.reset_token, exp })],
    ['a user id with a line break', signed(HS256, { ...validPayload, user_id: `${payload.user_id}\n` })],
    ['an empty user id', signed(HS256, { ...validPayload, user_id: '' })],
    ['a user id that is an array', signed(HS256, { ...validPayload, user_id: [payload.user_id] })],
    ['a reset token that is an object', signed(HS256, { ...validPayload, reset_token: { a: 1 } })],
    ['a payload that is an array', signed(HS256, [validPayload])],
    ['a payload that is not JSON', `${encode(HS256)}.e30x.${'A'.repeat(43)}`],
    ['only dots', '..'],
    ['an empty string', ''],
    ['1 MiB', `${'A'.repeat(2 ** 19)}.${'A'.repeat(2 ** 19)}.x`],
  ]

  it.each(forgeries)('is unknown: %s', async (_, forged) => {
    const token = await forged
    expect(await readLinkJwt(RING, token)).toBeNull()
    const fixture = createRecoveryFixture(db, { secrets: RING })
    expect(await refusalOf(openLink(fixture.ctx(), { kind: 'jwt', token }))).toEqual({ code: 'link-unknown' })
  })

  it('is unknown without a matching database row, even with a valid signature', async () => {
    const fixture = createRecoveryFixture(db, { secrets: RING })
    const account = await fixture.account()
    await fixture.mailedLink(account)
    for (const body of [validPayload, { ...validPayload, user_id: account.id }]) {
      const token = signed(HS256, body)
      expect(await refusalOf(openLink(fixture.ctx(), { kind: 'jwt', token }))).toEqual({ code: 'link-unknown' })
    }
  })

  it('is unknown with a valid token and the id of another account', async () => {
    const { fixture, token } = await withLink('jwt')
    const other = await fixture.account()
    const forged = signed(HS256, { ...decodeJwt(token), user_id: other.id }, key(fixture.secrets[0]))
    expect(await refusalOf(openLink(fixture.ctx(), { kind: 'jwt', token: forged }))).toEqual({ code: 'link-unknown' })
  })

  it('expires with its database row, whatever its own exp says', async () => {
    const { fixture, token } = await withLink('jwt')
    const extended = signed(HS256, { ...decodeJwt(token), exp: 4_102_444_800 }, key(fixture.secrets[0]))
    await openLink(fixture.ctx(), { kind: 'jwt', token: extended })
    fixture.clock.advance(3600)
    expect(await refusalOf(openLink(fixture.ctx(), { kind: 'jwt', token: extended }))).toEqual({ code: 'link-expired' })
  })
})
