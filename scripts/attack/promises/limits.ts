import { randomInt } from 'node:crypto'
import type { Attacker } from '@/scripts/attack/attacker'
import { JSON_TYPE, type Sent } from '@/scripts/attack/http-client'
import type { PromiseGroup } from '@/scripts/attack/promise'
import { expectThat, notChecked } from '@/scripts/attack/verdicts'

/** More than any budget of one address with RATE_LIMIT_SCALE=1. */
const MOST_REQUESTS = 130
const MOST_SIGN_INS = 40
const PATH = '/api/trpc/recovery.secureAccount'
/** The right form, but made with no secret of the deployment. */
const TOKEN = 'A'.repeat(64)

const octet = () => randomInt(1, 255)
const hextet = () => randomInt(0xffff).toString(16)

/** Every header that some server takes a client's address from, with a new address each time. */
function newAddressHeaders(): [string, string][] {
  const address = [
    `${octet()}.${octet()}.${octet()}.${octet()}`,
    `2001:db8:${hextet()}:${hextet()}::1`,
    `::ffff:${octet()}.${octet()}.${octet()}.${octet()}`,
  ][randomInt(3)] as string
  const names = ['x-forwarded-for', 'x-real-ip', 'x-client-ip', 'true-client-ip', 'cf-connecting-ip', 'fly-client-ip']
  const stamped = ['x-latchkey-socket-address', 'x-cluster-client-ip', 'x-original-forwarded-for']
  return [
    ...[...names, ...stamped].map((name): [string, string] => [name, address]),
    ['forwarded', `for="${address.includes(':') ? `[${address}]` : address}"`],
  ]
}

/** Other ways to send the request that is refused. */
const variants = (token: string): [what: string, sent: Sent][] => {
  const send = (path: string, input: object, headers: Sent['headers'] = []): Sent => ({
    method: 'POST',
    path,
    headers: [JSON_TYPE, ...headers],
    body: JSON.stringify(input),
  })
  return [
    ['an unknown field', send(PATH, { token, address: '203.0.113.9', junk: 1 })],
    ['a trailing slash', send(`${PATH}/`, { token })],
    ['a doubled slash', send(PATH.replace('/api', '//api'), { token })],
    ['a query', send(`${PATH}?x=${randomInt(1e9)}`, { token })],
    ['another token', send(PATH, { token: `${token.slice(1)}B` })],
    ['a cookie', send(PATH, { token }, [['cookie', `latchkey-flow=${randomInt(1e9)}`]])],
    ['another browser', send(PATH, { token }, [['user-agent', `browser ${randomInt(1e9)}`]])],
    ['another address in headers', send(PATH, { token }, newAddressHeaders())],
  ]
}

export const limits: PromiseGroup = {
  name: 'limits',
  promises: [
    {
      holds: 'An address has one budget on all servers, whatever address its headers claim',
      attack: 'repeats a request with made-up tokens and a new address in every header, until it is refused',
      async check(attacker) {
        const { client } = attacker
        let accepted = 0
        for (; accepted < MOST_REQUESTS; accepted++) {
          const { status, headers } = await client.mutate(
            'recovery.secureAccount',
            { token: TOKEN },
            newAddressHeaders(),
          )
          if (status !== 429) continue
          expectThat(Number(headers['retry-after']) > 0, 'the refusal has no Retry-After')
          attacker.isOverLimit = true
          return
        }
        expectThat(false, `${accepted} requests were accepted`)
      },
    },
    {
      holds: 'Junk fields, other spellings of the path, cookies and browsers give no fresh budget',
      attack: 'sends the refused request in other ways, to every server',
      async check({ client, isOverLimit }) {
        if (!isOverLimit) notChecked('no budget was used up')
        for (const [what, sent] of [...variants(TOKEN), ...variants(TOKEN)]) {
          const { status } = await client.send(sent)
          // 308, 404 and 405: nothing runs at that spelling of the path.
          expectThat([308, 404, 405, 429].includes(status), `with ${what} it was answered ${status}`)
        }
      },
    },
    {
      holds: 'Guesses at a password count for the account, under every name',
      attack: 'signs in with wrong passwords by email until it is refused, then with the correct one by username',
      async check(attacker: Attacker) {
        const { client, account, options } = attacker
        const { username, password } = options
        const signIn = (name: string, typed: string) =>
          client.mutate('session.signIn', { account: name, password: typed })
        const first = await signIn(account, 'not the password 7')
        if (first.status === 404) notChecked('people sign in elsewhere')
        let isRefused = first.status === 429
        for (let tries = 1; tries < MOST_SIGN_INS && !isRefused; tries++)
          isRefused = (await signIn(account, `not the password ${tries}`)).status === 429
        expectThat(isRefused, `${MOST_SIGN_INS} wrong passwords were accepted`)
        if (!username || !password)
          return notChecked('the email is limited; --username and the password are needed for the rest')
        const { status } = await signIn(username, password)
        expectThat(status !== 200, 'the username gives new tries: the correct password was accepted')
      },
    },
  ],
}
