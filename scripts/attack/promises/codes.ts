import type { Attacker } from '@/scripts/attack/attacker'
import type { Answer } from '@/scripts/attack/http-client'
import type { PromiseGroup } from '@/scripts/attack/promise'
import { isLive } from '@/scripts/attack/secrets'
import { broken, expectThat, notChecked, notLimited } from '@/scripts/attack/verdicts'
import { visible } from './strangers'

const MAX_COMPARED = 3

const isWrong = ({ status, text }: Answer) =>
  [400, 404].includes(status) && /code-wrong|Invalid Verification/.test(text)
const isBlocked = ({ status, text }: Answer) => status === 429 && /code-blocked|codes-off|"time"/.test(text)

/** Wrong codes: not the emailed one, and all different. */
const wrongCodes = (right: string, count: number) =>
  Array.from({ length: count }, (_, index) => String((Number(right) + 1 + index) % 1_000_000).padStart(6, '0'))

type Way = 'procedure' | 'contract'

const tryCode = ({ client }: Attacker, way: Way, account: string, code: string) =>
  way === 'procedure'
    ? client.mutate('recovery.verifyCode', { account, code })
    : client.sendJson('POST', '/secure/reset-password/verify/', { account, code })

/** Guesses through the procedure and the contract by turns, all at once. */
const guessAtOnce = (attacker: Attacker, account: string, codes: string[]) =>
  Promise.all(codes.map((code, index) => tryCode(attacker, index % 2 === 0 ? 'procedure' : 'contract', account, code)))

/** Every answer that guesses get, in any order of arrival: three wrong codes through either way, then blocked in both. */
async function everyAnswer(attacker: Attacker, wrong: string[]): Promise<Set<string>> {
  const answers = new Set<string>()
  for (const [first, then] of [
    ['procedure', 'contract'],
    ['contract', 'procedure'],
  ] as const) {
    const account = `${first}-${attacker.unknownEmail}`
    for (const [index, way] of ([first, first, first, first, then] as const).entries())
      answers.add(kindOf(await tryCode(attacker, way, account, wrong[index] ?? ''), account))
  }
  return answers
}

/** Everything of an answer except the counts, which depend on the order in which guesses arrive. */
const kindOf = (answer: Answer, account: string) =>
  visible({ ...answer, headers: { ...answer.headers, 'content-length': '' } }, account)
    .replace(/,?\\"(triesLeft|retryAfterSeconds)\\":(\d|…)+/g, '')
    .replace(/"waits":\w+/, '')

/** Ways to present a code that might have tries of their own. */
function detours({ client, options }: Attacker, account: string, code: string): [what: string, Promise<Answer>][] {
  const path = '/secure/reset-password/verify/'
  const [local = '', domain = ''] = account.split('@')
  const other = [
    ['x-forwarded-for', '203.0.113.77'],
    ['x-real-ip', '203.0.113.77'],
    ['user-agent', 'another browser'],
  ] as const
  const username = options.username
  return [
    ['the procedure', client.mutate('recovery.verifyCode', { account, code })],
    ['the contract', client.sendJson('POST', path, { account, code })],
    ['another network in a header', client.mutate('recovery.verifyCode', { account, code }, other)],
    ['capital letters', client.mutate('recovery.verifyCode', { account: `${local.toUpperCase()}@${domain}`, code })],
    ['spaces around the name', client.mutate('recovery.verifyCode', { account: ` ${account} `, code })],
    ['no trailing slash', client.sendJson('POST', path.replace(/\/$/, ''), { account, code })],
    ['a batch', client.sendJson('POST', '/api/trpc/recovery.verifyCode?batch=1', { 0: { account, code } })],
    ...(username
      ? ([['the username', client.mutate('recovery.verifyCode', { account: username, code })]] as const).map(
          ([what, answer]): [string, Promise<Answer>] => [what, answer],
        )
      : []),
  ]
}

export const codes: PromiseGroup = {
  name: 'codes',
  promises: [
    {
      holds: 'Of many guesses at once, at most three are compared',
      attack: 'guesses in parallel, through the procedure and the contract',
      async check(attacker) {
        const { code } = await attacker.firstEmail()
        const answers = await guessAtOnce(attacker, attacker.account, wrongCodes(code, attacker.parallel))
        attacker.guesses = answers
        const compared = answers.filter(isWrong).length
        const waits = answers.filter(isBlocked).map(({ headers }) => Number(headers['retry-after']))
        attacker.blockSeconds = Math.max(0, ...waits.filter(Number.isFinite))
        expectThat(compared <= MAX_COMPARED, `${compared} of ${answers.length} guesses were compared`)
        const other = answers.find((answer) => !isWrong(answer) && !isBlocked(answer))
        if (other) notLimited(other)
        expectThat(!other, `a guess was answered ${other?.status}: ${other?.text.slice(0, 200)}`)
      },
    },
    {
      holds: 'Guesses at an account that does not exist are answered and blocked alike',
      attack: 'guesses at addresses without an account, through both ways, and compares all kinds of answers',
      async check(attacker) {
        await attacker.requireConcealment()
        const { guesses, account } = attacker
        if (!guesses) return notChecked('no guesses were made at the account')
        const expected = await everyAnswer(attacker, wrongCodes('000000', 5))
        for (const answer of guesses) {
          const kind = kindOf(answer, account)
          if (!expected.has(kind)) broken(`only for the account: ${kind.slice(0, 80)} … ${answer.text.slice(0, 200)}`)
        }
      },
    },
    {
      holds: 'No detour gives new tries: while codes are blocked, the correct code is refused everywhere',
      attack: 'presents the correct code through the other path, another network, other spellings and a batch',
      async check(attacker) {
        const { code } = await attacker.firstEmail()
        const detoured = detours(attacker, attacker.account, code)
        // The first answer may end this check. No other call may still be on its way then.
        await Promise.allSettled(detoured.map(([, sending]) => sending))
        for (const [what, sending] of detoured) {
          const answer = await sending
          expectThat(answer.status !== 200, `the correct code is accepted through ${what}`)
          expectThat(answer.status < 500, `the correct code through ${what} was answered ${answer.status}`)
        }
      },
    },
    {
      holds: 'Guessing at codes leaves the link working',
      attack: 'opens the link of the same email after the guesses',
      async check(attacker) {
        const { link } = await attacker.firstEmail()
        expectThat(await isLive(attacker.client, link), 'the owner cannot use the link any more')
      },
    },
  ],
}
