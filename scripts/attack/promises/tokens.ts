import type { Attacker } from '@/scripts/attack/attacker'
import { JSON_TYPE } from '@/scripts/attack/http-client'
import type { PromiseGroup } from '@/scripts/attack/promise'
import { isLive, openedBy } from '@/scripts/attack/secrets'
import { broken, expectThat, notChecked, notLimited } from '@/scripts/attack/verdicts'

/** Texts that are no token, as they can be put into an address. */
const MALFORMED = [
  '',
  '%20',
  'null',
  'undefined',
  '%00',
  '%2525',
  '..%2f..%2fetc%2fpasswd',
  'a'.repeat(42),
  'a'.repeat(44),
  `${'a'.repeat(42)}%3d`,
  'a'.repeat(5000),
  "'%20or%201=1--",
  '%F0%9F%98%80',
]

const NOT_TEXT = [null, '', ' ', 0, true, [], ['x'], {}, { length: 43 }]

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Spellings of a live link token that careless decoding would accept. */
export function spellings(token: string): [what: string, spelling: string][] {
  const last = ALPHABET.indexOf(token.at(-1) ?? '')
  const nonCanonical = [1, 2, 3].map((bits) => token.slice(0, -1) + ALPHABET[(last & ~3) | ((last + bits) & 3)])
  const hex = (letter: string) => `%${letter.charCodeAt(0).toString(16)}`
  return [
    ['one character less', token.slice(0, -1)],
    ['one character more', `${token}A`],
    ['the first character missing', token.slice(1)],
    ['a changed character', (token.startsWith('A') ? 'B' : 'A') + token.slice(1)],
    ...nonCanonical.map((spelling): [string, string] => ['unused bits set', spelling]),
    ['padding', `${token}%3D`],
    ['a space', `${token}%20`],
    ['a line break', `${token}%0A`],
    ['a NUL', `${token}%00`],
    ['a comma', `${token},${token}`],
    ['escaped twice', `%25${hex(token[0] ?? '').slice(1)}${token.slice(1)}`],
    ['standard base64', `${token.replaceAll('-', '%2B').replaceAll('_', '%2F')}=`],
    ['other case', token === token.toUpperCase() ? token.toLowerCase() : token.toUpperCase()],
  ]
}

const MEGABYTE = 2 ** 20

export const tokens: PromiseGroup = {
  name: 'tokens',
  promises: [
    {
      holds: 'A malformed token is refused as a token that does not work',
      attack: 'opens malformed tokens in every address, and sends values that are no text',
      async check({ client }) {
        for (const token of MALFORMED) {
          const { status } = notLimited(await client.send({ path: `/api/accounts/forgot_password?token=${token}` }))
          expectThat(status === 400, `/api/accounts/forgot_password?token=${token.slice(0, 40)} was answered ${status}`)
          if (token === '') continue
          for (const path of [`/reset-password/MQ/${token}/`, `/secure/reset-password/update/${token}/`]) {
            const answer = notLimited(await client.send({ path }))
            expectThat([400, 404].includes(answer.status), `${path.slice(0, 60)} was answered ${answer.status}`)
          }
        }
        for (const token of NOT_TEXT) {
          const body = { token, new_password: 'plum river lantern 42', confirm_password: 'plum river lantern 42' }
          if (token === ' ') continue // text, and tried above
          const { status } = notLimited(await client.sendJson('POST', '/api/auth/reset-password/', body))
          expectThat(status === 400, `the token ${JSON.stringify(token)} was answered ${status}`)
        }
      },
    },
    {
      holds: 'A megabyte of token is refused without being read',
      attack: 'sends one in a body and in a header, and a long one in an address',
      async check({ client }) {
        const token = 'a'.repeat(MEGABYTE)
        const path = '/api/auth/reset-password/'
        const posted = await client.send({
          method: 'POST',
          path,
          headers: [JSON_TYPE],
          body: JSON.stringify({ token }),
        })
        expectThat(posted.status === 413, `a body of 1 MB was answered ${posted.status}`)
        const opened = await client.send({ path: `/api/accounts/forgot_password?token=${'a'.repeat(12_000)}` })
        expectThat([400, 414, 431].includes(opened.status), `an address of 12 KB was answered ${opened.status}`)
        const cookie = [['cookie', `latchkey-reset=${'a'.repeat(100_000)}`]] as const
        const carried = await client.query('recovery.linkState', undefined, cookie).catch(() => undefined)
        expectThat(
          !carried || [400, 431].includes(carried.status),
          `100 KB of cookies were answered ${carried?.status}`,
        )
      },
    },
    {
      holds: 'GET, HEAD, prefetching and a scanner that opens the page spend nothing',
      attack: 'opens the emailed link in these ways, then asks whether it still works',
      async check(attacker) {
        const { client } = attacker
        const { link } = await attacker.firstEmail()
        const { pathname, search } = new URL(link)
        const path = pathname + search
        await client.send({ path })
        await client.send({ method: 'HEAD', path })
        await client.send({
          path,
          headers: [
            ['purpose', 'prefetch'],
            ['sec-purpose', 'prefetch;prerender'],
          ],
        })
        await client.send({
          path,
          headers: [
            ['user-agent', 'Mozilla/5.0 (compatible; LinkScanner)'],
            ['accept', '*/*'],
          ],
        })
        const cookie = await openedBy(client, path)
        const page = await client.send({
          path: '/reset-password',
          headers: [
            ['cookie', cookie],
            ['accept', 'text/html'],
          ],
        })
        expectThat(page.status === 200, `the page of an opened link was answered ${page.status}`)
        expectThat(await isLive(client, link), 'the link does not work any more')
      },
    },
    {
      holds: 'Only the exact token works',
      attack: 'opens other spellings of a live link: shorter, longer, unused bits, padding, escaped twice',
      async check(attacker) {
        const { client } = attacker
        const { token, link } = await attacker.secondEmail()
        for (const [what, spelling] of spellings(token)) {
          if (spelling === token) continue
          const path = `/api/accounts/forgot_password?token=${spelling}`
          const { status } = notLimited(await client.send({ path }))
          expectThat(status === 400, `a token with ${what} was answered ${status}`)
        }
        const twice = `/api/accounts/forgot_password?token=${token}&token=${token}`
        expectThat((await client.send({ path: twice })).status === 400, 'a token that is given twice is accepted')
        expectThat(await isLive(client, link), 'the exact token does not work either')
      },
    },
    {
      holds: 'A reset in progress survives a newer request: a link that was opened minutes ago still works',
      attack: 'opens the first link before the second email is requested, and again after it has arrived',
      async check(attacker) {
        const { client } = attacker
        const first = await attacker.firstEmail()
        const second = await attacker.secondEmail()
        if (!attacker.wasFirstLive) notChecked('the first link was dead before')
        expectThat(await isLive(client, first.link), 'anyone who asks for an email ends the reset of the owner')
        expectThat(await isLive(client, second.link), 'the newer link does not work')
      },
    },
    {
      holds: 'A link is for one purpose: it is no session, no grant and no JWT',
      attack: 'presents the token of a live link as each of them',
      async check(attacker) {
        const { client } = attacker
        const { token } = await attacker.secondEmail()
        await expectNoSession(attacker, token)
        const grant = notLimited(await client.send({ path: `/secure/reset-password/update/${token}/` }))
        expectThat(grant.status === 400, `a link as a grant was answered ${grant.status}`)
        const foreign = notLimited(await client.send({ path: `/reset-password/OTk5OTk5OTk5/${token}/` }))
        expectThat(foreign.status === 400, `a link with another account's id was answered ${foreign.status}`)
        const status = await redeemJwt(attacker, token)
        expectThat(status === 400, `a link as a JWT was answered ${status}`)
      },
    },
    {
      holds: 'A correct code works once, gives a grant for this account only, and the grant is no session and no link',
      attack: 'uses a code twice, and presents the grant as everything else',
      async check(attacker) {
        const { client, account } = attacker
        const { code } = await attacker.secondEmail()
        const verify = () => client.sendJson('POST', '/secure/reset-password/verify/', { account, code })
        const granted = notLimited(await verify())
        expectThat(granted.status === 200, `the correct code was answered ${granted.status}`)
        const grant = String((JSON.parse(granted.text) as { token?: string }).token)
        attacker.grant = grant
        expectThat(/^[A-Za-z0-9]{60}$/.test(grant), 'the grant is not 60 letters and digits')
        expectThat((await verify()).status !== 200, 'the code is accepted a second time')
        await expectNoSession(attacker, grant)
        const asLink = await client.send({ path: `/api/accounts/forgot_password?token=${grant}` })
        expectThat(asLink.status === 400, `the grant as a link was answered ${asLink.status}`)
        const own = await client.send({ path: `/secure/reset-password/update/${grant}/` })
        expectThat(own.status === 200, `the grant itself was answered ${own.status}`)
        const changed = `${grant.slice(0, -1)}${grant.endsWith('a') ? 'b' : 'a'}`
        const other = await client.send({ path: `/secure/reset-password/update/${changed}/` })
        expectThat(other.status === 400, `a changed grant was answered ${other.status}`)
      },
    },
    {
      holds: 'A newer email ends the older code',
      attack: 'enters the code of the first email after the second has arrived',
      async check(attacker) {
        const { code } = await attacker.firstEmail()
        const newer = await attacker.secondEmail()
        if (code === newer.code) notChecked('both emails have the same code by chance')
        const answer = notLimited(
          await attacker.client.mutate('recovery.verifyCode', { account: attacker.account, code }),
        )
        expectThat(answer.status === 400, `the older code was answered ${answer.status}`)
      },
    },
  ],
}

/** Tries to change the password with a JWT, and returns the status. */
export async function redeemJwt({ client }: Attacker, token: string): Promise<number> {
  const password = 'an attacker chose this 7'
  const body = { token, new_password: password, confirm_password: password }
  const answer = notLimited(await client.sendJson('POST', '/api/auth/reset-password/', body))
  if (answer.status === 200) broken('the password of the test account was changed')
  return answer.status
}

/** Expects that a secret is no session token: not as a bearer token, not as a cookie. */
export async function expectNoSession({ client }: Attacker, secret: string): Promise<void> {
  const bearer = [['authorization', `Bearer ${secret}`]] as const
  const asked = await client.sendJson('PUT', '/api/accounts/forgot_password', undefined, bearer)
  expectThat(notLimited(asked).status === 401, `the secret as a bearer token was answered ${asked.status}`)
  const name = client.origin.startsWith('https:') ? '__Host-latchkey-session' : 'latchkey-session'
  const current = await client.query('session.current', undefined, [['cookie', `${name}=${secret}`]])
  expectThat(!/"email"/.test(current.text), 'the secret as a session cookie signs in')
}
