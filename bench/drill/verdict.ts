import type { AcceptedEmail, RecordedCall } from '@/server/testing/fake-resend'
import type { Call } from './load'

/** What the new primary and the provider hold after a drill. */
export interface Aftermath {
  /** The statuses of the reset emails in the outbox, by the id of the HTTP request that asked for each. */
  requests: Map<string, string>
  /** The addresses of the accounts that have a counted try of a code. */
  triedAccounts: Set<string>
  /** Whether a password is the one of the account with this address. */
  hasPassword(account: string, password: string): Promise<boolean>
  accepted: Pick<AcceptedEmail, 'to' | 'subject'>[]
  posts: Pick<RecordedCall, 'key' | 'status'>[]
}

/** When what happened, in milliseconds of this process. */
export interface Moments {
  killedAt: number
  switchedAt: number
}

export interface Verdict {
  /** What is printed, by name. */
  counts: Record<string, number>
  /** How many calls were answered in each unexpected way. */
  unexpected: Record<string, number>
  /** What must not be, in one line each; empty if the drill passed. */
  failures: string[]
}

/** Twice as long as Latchkey waits for the database: this machine may be busy. */
const LONGEST_ANSWER_SECONDS = 30

const isResetEmail = ({ subject }: { subject: string }) => subject.startsWith('Reset')

/** True for the answer that says: this is done, and in the database. For a wrong code, that is its refusal. */
const isAcknowledged = ({ kind, status, reason }: Call) =>
  kind === 'wrong code' ? status === 400 && reason === 'code-wrong' : status === 200

/** A reset that is tried again after a 503 may find that the first try was done. It was not acknowledged before. */
const isFoundDone = ({ kind, status, reason }: Call) =>
  kind === 'reset' && status === 400 && (reason === 'link-used' || reason === 'grant-unknown')

/** Compares what was acknowledged with what is left after the failover. */
export async function judge(calls: Call[], aftermath: Aftermath, moments: Moments): Promise<Verdict> {
  const acknowledged = (kind: Call['kind']) => calls.filter((call) => call.kind === kind && isAcknowledged(call))
  const requests = acknowledged('request')
  const wrongCodes = acknowledged('wrong code')
  const resets = acknowledged('reset')
  const foundDone = calls.filter(isFoundDone)
  const mailedTo = countBy(aftermath.accepted.filter(isResetEmail).flatMap(({ to }) => to))
  const toldOf = countBy(aftermath.accepted.filter((email) => !isResetEmail(email)).flatMap(({ to }) => to))
  const changed = [...resets, ...foundDone]
  const hold = await Promise.all(changed.map(({ account, password = '' }) => aftermath.hasPassword(account, password)))
  const busy = calls.filter(({ status }) => status === 503)
  const posts = countBy(aftermath.posts.flatMap(({ key }) => key ?? []))
  const served = calls.filter(isAcknowledged).filter(({ sentAt }) => sentAt > moments.killedAt)
  const firstServed = Math.min(...served.map(({ endedAt }) => endedAt))
  const waited = calls
    .filter(({ sentAt, endedAt }) => sentAt < firstServed && endedAt >= firstServed)
    .filter(isAcknowledged)
  const unexpected = countBy(
    calls.filter((call) => !isAcknowledged(call) && !isFoundDone(call) && call.status !== 503).map(describe),
  )
  const counts = {
    'acknowledged requests': requests.length,
    'of them lost': requests.filter(({ requestId = '' }) => !aftermath.requests.has(requestId)).length,
    'of them without an accepted email': requests.filter(({ account }) => !mailedTo[account]).length,
    'acknowledged password changes': resets.length,
    'done, but found out by a second try': foundDone.length,
    'changed passwords that do not hold': hold.filter((holds) => !holds).length,
    'changes without an accepted email': changed.filter(({ account }) => !toldOf[account]).length,
    'acknowledged wrong codes': wrongCodes.length,
    'wrong codes that are not counted': wrongCodes.filter(({ account }) => !aftermath.triedAccounts.has(account))
      .length,
    'emails accepted': aftermath.accepted.length,
    'emails sent twice': [...Object.values(mailedTo), ...Object.values(toldOf)].filter((times) => times > 1).length,
    'calls to the provider repeated with their key': Object.values(posts).filter((times) => times > 1).length,
    'answers 503': busy.length,
    'answers 503 without Retry-After': busy.filter(({ retryAfter }) => !Number(retryAfter)).length,
    'other answers': Object.values(unexpected).reduce((sum, count) => sum + count, 0),
    'requests that waited and were then served': waited.length,
    'slowest answer (s)': seconds(Math.max(...calls.map(({ sentAt, endedAt }) => endedAt - sentAt))),
    'without service (s)': seconds(firstServed - moments.killedAt),
    'of that after PgBouncer was switched (s)': seconds(firstServed - moments.switchedAt),
  }
  return { counts, unexpected, failures: failuresOf(counts, unexpected) }
}

/** What must be zero, and what must have been there for the drill to prove anything. */
function failuresOf(counts: Record<string, number>, unexpected: Record<string, number>): string[] {
  const forbidden = [
    'of them lost',
    'of them without an accepted email',
    'changed passwords that do not hold',
    'changes without an accepted email',
    'wrong codes that are not counted',
    'emails sent twice',
    'answers 503 without Retry-After',
    'other answers',
  ]
  const needed = ['acknowledged requests', 'acknowledged password changes', 'acknowledged wrong codes', 'answers 503']
  const failures = [
    ...forbidden.filter((name) => counts[name] !== 0).map((name) => `${name}: ${counts[name]}`),
    ...needed.filter((name) => !counts[name]).map((name) => `${name}: none, so the drill proves nothing`),
    ...Object.entries(unexpected).map(([answer, count]) => `unexpected answer: ${answer} (${count})`),
  ]
  if (!Number.isFinite(counts['without service (s)'])) failures.push('the service did not recover')
  if ((counts['slowest answer (s)'] ?? 0) > LONGEST_ANSWER_SECONDS)
    failures.push(`an answer took longer than ${LONGEST_ANSWER_SECONDS} s`)
  return failures
}

const describe = ({ kind, status, reason }: Call) => `${kind}: ${status}${reason ? ` ${reason}` : ''}`

const seconds = (ms: number) => Math.round(ms / 100) / 10

function countBy(values: string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
