import type { Attacker } from '@/scripts/attack/attacker'
import { JSON_TYPE, type Sent } from '@/scripts/attack/http-client'
import type { PromiseGroup } from '@/scripts/attack/promise'
import { REQUEST_PATHS, type RequestPath } from '@/scripts/attack/request-paths'
import { expectThat, notLimited } from '@/scripts/attack/verdicts'

const EVIL = 'eve@evil.example'

/** Values that name two recipients, or are no text. The account's address comes with them. */
const shapes = (account: string): [what: string, value: unknown][] => [
  ['a list', [account, EVIL]],
  ['a list of one', [account]],
  ['an object', { 0: account, 1: EVIL }],
  ['an object that pretends to be text', { toString: account, value: account }],
  ['a number', 1],
  ['true', true],
  ['null', null],
  ['two addresses with a comma', `${account},${EVIL}`],
  ['two addresses with a semicolon', `${account};${EVIL}`],
  ['two addresses with a space', `${account} ${EVIL}`],
  ['two at signs', `${account}@evil.example`],
  ['a line break', `${account}\n${EVIL}`],
  ['a header', `${account}\r\nBcc: ${EVIL}`],
  ['an encoded header', `${account}%0d%0aBcc:${EVIL}`],
  ['a display name', `Eve <${account}>`],
  ['quotes', `"${account}, ${EVIL}"@example.com`],
  ['a comment', `${account}(${EVIL})`],
  ['angle brackets', `<${account}>`],
  ['a NUL', `${account}\0`],
  ['an address literal', `${account.split('@')[0]}@[127.0.0.1]`],
]

/** Addresses that look like the account's, or are equal to it under careless folding. */
function lookAlikes(account: string): string[] {
  const [local = '', domain = ''] = account.split('@')
  const wide = [...local].map((letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)).join('')
  return [
    `${local.replace(/i/, 'ı')}@${domain.replace(/i/, 'ı')}`,
    `${wide}@${domain}`,
    `${local}＠${domain}`,
    `${local.replace(/[ceaop]/, (letter) => ({ c: 'с', e: 'е', a: 'а', o: 'о', p: 'р' })[letter] ?? letter)}@${domain}`,
    `${local}\u200b@${domain}`,
    `\u202e${account}`,
    `${local}\u0301@${domain}`,
    `${local}@${domain.replace('.', '。')}`,
    `${local}@xn--${domain}`,
    `${local}@${domain}.evil.example`,
  ].filter((address) => address !== account)
}

/** Two fields of the same name, as raw text: JSON.stringify cannot write them. */
const repeatedField = ({ method, path, field }: RequestPath, account: string): Sent => ({
  method,
  path,
  headers: [JSON_TYPE],
  body: `{"${field}":${JSON.stringify(EVIL)},"${field}":${JSON.stringify(account)}}`,
})

/**
 * Expects that what was sent so far caused no email. An honest request follows: its email comes after any other, and
 * none would come within the cooldown that another one begins.
 */
async function expectNoEmail(attacker: Attacker) {
  if (!attacker.options.emails || !attacker.options.account) return
  const { token } = await attacker.firstEmail()
  expectThat(token.split('.').length === 3, 'an email arrived that was not asked for')
  const before = attacker.recipientsBefore
  const after = await attacker.options.emails.recipients?.()
  if (!before || !after) return
  const added = after.slice(0, after.length - before.length)
  const stray = added.find((to) => to.toLowerCase() !== attacker.account.toLowerCase())
  expectThat(!stray, `an email went to ${stray}`)
  expectThat(added.length === 1, `${added.length} emails arrived instead of one`)
}

export const recipients: PromiseGroup = {
  name: 'who gets the email',
  promises: [
    {
      holds: 'Lists, objects, two addresses, line breaks and display names are refused',
      attack: 'sends them as the account at every path that asks for an email',
      async check(attacker) {
        const { client, unknownEmail } = attacker
        const account = attacker.options.account ?? unknownEmail
        await attacker.watchEmails()
        for (const path of REQUEST_PATHS) {
          for (const [what, value] of shapes(account)) {
            // Without an address, this contract means the account that is signed in.
            if (path.name === 'accounts' && value === null) continue
            const { status, text } = notLimited(await client.sendJson(path.method, path.path, { [path.field]: value }))
            const isRefused = status === 400 || (path.name === 'v1' && status === 404)
            expectThat(isRefused, `${path.name} answered ${status} to ${what}`)
            expectThat(!text.includes(EVIL), `${path.name} repeats ${what}`)
          }
        }
      },
    },
    {
      holds: 'A field that is given twice is refused',
      attack: 'sends two fields of one name in a body, and two parameters in an address',
      async check(attacker) {
        const { client, unknownEmail } = attacker
        const account = attacker.options.account ?? unknownEmail
        for (const path of REQUEST_PATHS.filter(({ name }) => name !== 'the pages')) {
          const { status } = notLimited(await client.send(repeatedField(path, account)))
          expectThat(status === 400, `${path.name} answered ${status}`)
        }
        const query = `account=${encodeURIComponent(account)}&account=${encodeURIComponent(EVIL)}`
        const { status } = notLimited(await client.send({ path: `/secure/reset-password/locate/?${query}` }))
        expectThat(status === 400, `locate answered ${status}`)
      },
    },
    {
      holds: 'An address that only looks like the account’s gets no email',
      attack:
        'asks for look-alikes in other scripts, with invisible characters and in other domains, and then honestly',
      async check(attacker) {
        const { client, account } = attacker
        await attacker.watchEmails()
        for (const address of lookAlikes(account)) {
          const { status } = notLimited(await client.mutate('recovery.request', { account: address }))
          expectThat(status < 500, `${JSON.stringify(address)} was answered ${status}`)
        }
        await expectNoEmail(attacker)
      },
    },
  ],
}
