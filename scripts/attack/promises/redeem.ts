import { randomBytes } from 'node:crypto'
import type { Attacker } from '@/scripts/attack/attacker'
import type { Answer } from '@/scripts/attack/http-client'
import type { PromiseGroup } from '@/scripts/attack/promise'
import { isLive } from '@/scripts/attack/secrets'
import { expectThat, notChecked, notLimited } from '@/scripts/attack/verdicts'

/** Redeems a token through the procedure and through the page's way, all at once. */
const redeemAtOnce = ({ client, parallel }: Attacker, token: string, password: string) =>
  Promise.all(
    Array.from({ length: parallel }, () =>
      client.mutate('recovery.resetPassword', { token, password, confirmPassword: password }),
    ),
  )

const sessionOf = ({ cookies }: Answer) => cookies.find((cookie) => /latchkey-session=[^;]/.test(cookie))?.split(';')[0]

const isSignedIn = async ({ client }: Attacker, cookie: string) =>
  /"email"/.test((await client.query('session.current', undefined, [['cookie', cookie]])).text)

/** A session of the test account, or null if people sign in elsewhere or no password was given. */
async function openSession(attacker: Attacker): Promise<string | null> {
  const { client, account, options } = attacker
  if (!options.password) return null
  const answer = notLimited(await client.mutate('session.signIn', { account, password: options.password }))
  return answer.status === 200 ? (sessionOf(answer) ?? null) : null
}

export const redeem: PromiseGroup = {
  name: 'changing the password',
  promises: [
    {
      holds: 'Of many redeems of one link at once, exactly one succeeds',
      attack: 'redeems one link in parallel; the password stays what it was if it was given',
      async check(attacker) {
        const { token } = await attacker.secondEmail()
        attacker.session = await openSession(attacker)
        const password = attacker.options.password ?? randomBytes(18).toString('base64url')
        const answers = await redeemAtOnce(attacker, token, password)
        const succeeded = answers.filter(({ status }) => status === 200)
        const refused = answers.find(({ status }) => status >= 500 && status !== 503)
        attacker.hasChanged = succeeded.length > 0
        expectThat(succeeded.length <= 1, `${succeeded.length} of ${answers.length} succeeded`)
        expectThat(!refused, `one was answered ${refused?.status}`)
        if (succeeded.length === 0) {
          for (const answer of answers) notLimited(answer)
          expectThat(false, `none succeeded; the first answer was ${answers[0]?.status}`)
        }
        const signsIn = succeeded.some((answer) => sessionOf(answer) !== undefined)
        expectThat(!signsIn, 'the change signs in by itself')
      },
    },
    {
      holds: 'After the change every other secret of the account is dead',
      attack: 'opens the used link, the older link and the grant',
      async check(attacker) {
        requireChange(attacker)
        const { client, grant } = attacker
        for (const email of [await attacker.firstEmail(), await attacker.secondEmail()])
          expectThat(!(await isLive(client, email.link)), 'an emailed link still works')
        if (!grant) return
        const { status } = notLimited(await client.send({ path: `/secure/reset-password/update/${grant}/` }))
        expectThat(status === 400, `the grant was answered ${status}`)
      },
    },
    {
      holds: 'After the change every session has ended',
      attack: 'uses the session of a sign-in before the change',
      async check(attacker) {
        requireChange(attacker)
        const { session } = attacker
        if (!session) return notChecked('needs the password on standard input, and accounts that sign in here')
        expectThat(!(await isSignedIn(attacker, session)), 'the session is still open')
      },
    },
    {
      holds: 'The owner is told of the change by email',
      attack: 'reads the newest email after the change',
      async check(attacker) {
        requireChange(attacker)
        const { reader, options } = attacker
        const { text: reset } = await attacker.secondEmail()
        for (const end = Date.now() + reader.timeoutMs; Date.now() < end; ) {
          const newest = await reader.newest()
          if (newest && newest !== reset) {
            const shows = options.password !== undefined && newest.includes(options.password)
            return expectThat(!shows, 'the email holds the new password')
          }
          await new Promise((resolve) => setTimeout(resolve, 250))
        }
        expectThat(false, 'no email arrived')
      },
    },
  ],
}

function requireChange({ hasChanged }: Attacker) {
  if (!hasChanged) notChecked('the password was not changed')
}
