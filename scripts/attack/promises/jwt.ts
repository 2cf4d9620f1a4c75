import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import type { Attacker } from '@/scripts/attack/attacker'
import type { PromiseGroup } from '@/scripts/attack/promise'
import { isLive, linkState } from '@/scripts/attack/secrets'
import { broken, expectThat, notChecked } from '@/scripts/attack/verdicts'
import { redeemJwt } from './tokens'

type Part = Record<string, unknown>

const encode = (part: Part) => Buffer.from(JSON.stringify(part)).toString('base64url')
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Part
const hmac = (key: string | Buffer, text: string, hash = 'sha256') =>
  createHmac(hash, key).update(text).digest('base64url')

const FAR_OFF = 32_503_680_000 // the year 3000

/** Forged versions of a genuine JWT. Each keeps its payload, or changes what a careless reader would not miss. */
export function forgeries(genuine: string): [what: string, forged: string][] {
  const [head = '', body = '', signature = ''] = genuine.split('.')
  const [header, payload] = [decode(head), decode(body)]
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = keys.publicKey.export({ format: 'jwk' })
  const pem = keys.publicKey.export({ format: 'pem', type: 'spki' }) as string

  const withHeader = (changes: Part, key: string | Buffer = '') => {
    const text = `${encode({ ...header, ...changes })}.${body}`
    return `${text}.${hmac(key, text)}`
  }
  /** The genuine signature over another payload. */
  const withPayload = (changes: Part, removed = '') => {
    const { [removed]: _, ...rest } = { ...payload, ...changes }
    return `${head}.${encode(rest)}.${signature}`
  }
  const byOwnKey = (changes: Part) => {
    const text = `${encode({ ...header, alg: 'RS256', ...changes })}.${body}`
    return `${text}.${sign('sha256', Buffer.from(text), keys.privateKey).toString('base64url')}`
  }
  const none = ['none', 'None', 'NONE', 'nOnE', ''].map((alg): [string, string] => [
    `alg "${alg}"`,
    `${encode({ ...header, alg })}.${body}.`,
  ])
  return [
    ...none,
    ['alg "none" with the old signature', `${encode({ ...header, alg: 'none' })}.${body}.${signature}`],
    ['no signature', `${head}.${body}.`],
    ['two parts', `${head}.${body}`],
    ['five parts', `${genuine}.${body}.${signature}`],
    ['a signature in front of another', `${genuine}.${signature}`],
    ['an empty key', withHeader({})],
    ['a key of zeros', withHeader({}, Buffer.alloc(32))],
    ['a guessed key', withHeader({}, 'secret')],
    ['a public key as an HMAC key', withHeader({}, pem)],
    ["the attacker's jwk", byOwnKey({ jwk })],
    ["the attacker's jku", byOwnKey({ jku: 'https://evil.example/keys.json', kid: '1' })],
    ['a kid that is a path', withHeader({ kid: '../../../../dev/null' })],
    ['a kid that is a query', withHeader({ kid: "x' union select ''--" })],
    ['a critical header', withHeader({ crit: ['exp'], b64: false })],
    ['another typ', withHeader({ typ: 'session+jwt' })],
    ['HS512', `${encode({ ...header, alg: 'HS512' })}.${body}.${hmac('', `${head}.${body}`, 'sha512')}`],
    ['no exp', withPayload({}, 'exp')],
    ['exp as text', withPayload({ exp: String(FAR_OFF) })],
    ['exp far off', withPayload({ exp: FAR_OFF })],
    ["another account's id", withPayload({ user_id: '1' })],
    ['an id that is a number', withPayload({ user_id: 1 })],
    ['a signature with unused bits', `${head}.${body}.${otherLastLetter(signature)}`],
    ['a padded signature', `${genuine}=`],
    ['a space', `${genuine} `],
    ['a changed signature', `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`],
  ]
}

/** The same bytes with another last letter: 43 letters hold two bits more than 32 bytes. */
function otherLastLetter(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return signature.slice(0, -1) + alphabet[alphabet.indexOf(signature.at(-1) ?? '') ^ 1]
}

/** These are also redeemed. Redeeming has a small budget, so the others are only opened. */
const REDEEMED = new Set(['alg "none"', 'an empty key', "the attacker's jwk", 'exp far off'])

export const jwt: PromiseGroup = {
  name: 'JWT',
  promises: [
    {
      holds: 'Only a JWT that Latchkey signed works',
      attack: 'forges the emailed JWT: alg none, key confusion, jwk, kid, crit, exp, typ, more and fewer parts',
      async check(attacker) {
        const { client } = attacker
        const { token, link } = await attacker.firstEmail()
        if (token.split('.').length !== 3) notChecked('the emailed link holds no JWT')
        for (const [what, forged] of forgeries(token)) {
          const state = await linkState(client, `/reset-password?token=${encodeURIComponent(forged)}`)
          if (state === 'live') broken(`a JWT with ${what} opens the form`)
          if (!REDEEMED.has(what)) continue
          const status = await redeemJwt(attacker, forged)
          expectThat(status === 400, `redeeming a JWT with ${what} was answered ${status}`)
        }
        expectThat(await isLive(client, link), 'the genuine JWT does not work either')
      },
    },
    {
      holds: 'The emailed JWT has HS256, an end, and nothing in it that opens another door',
      attack: 'decodes it, and presents its inner token as a link and as a session',
      async check(attacker) {
        const { token } = await attacker.firstEmail()
        const [head = '', body = ''] = token.split('.')
        const [header, payload] = [decode(head), decode(body)]
        expectThat(header.alg === 'HS256', `it has alg ${header.alg}`)
        const lifetime = Number(payload.exp) - Date.now() / 1000
        expectThat(lifetime > 0 && lifetime <= 24 * 3600, `it lives for ${Math.round(lifetime)} s`)
        await expectUseless(attacker, String(payload.reset_token))
      },
    },
  ],
}

async function expectUseless({ client }: Attacker, inner: string) {
  for (const path of [`/reset-password?token=${inner}`, `/api/accounts/forgot_password?token=${inner}`]) {
    expectThat(!(await isLive(client, path)), `the inner token works at ${path.split('?')[0]}`)
  }
}
