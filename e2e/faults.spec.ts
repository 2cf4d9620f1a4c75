import { expect, test } from '@playwright/test'
import postgres from 'postgres'
import { addressOf } from '@/server/testing/numbered-accounts'
import { startServerOfProcesses, startServerPair } from './server-pair'
import { type Answer, startLoad } from './steady-load'

// Two servers and a PostgreSQL of their own. `npm run test:all` runs it.
const ACCOUNTS = 20_000
/** No answer may take longer, whatever fails: a statement is given up after 15 seconds. */
const LONGEST_ANSWER_MS = 30_000

type Pair = Pick<Awaited<ReturnType<typeof startServerPair>>, 'resend' | 'database'>

/** Waits until every accepted request has its email, and expects no account to have two. */
async function expectOneEmailEach({ resend, database }: Pair, accepted: Answer[]) {
  const count = () => {
    const counts = new Map<string, number>()
    for (const { to } of resend.accepted) for (const address of to) counts.set(address, (counts.get(address) ?? 0) + 1)
    return counts
  }
  const missing = () => {
    const counts = count()
    return accepted.filter(({ account }) => !counts.has(account)).map(({ account }) => account)
  }
  await expect.poll(missing, { timeout: 180_000 }).toEqual([])
  await expectNothingToSend(database.url) // otherwise a second email could still follow
  expect([...count()].filter(([, emails]) => emails !== 1)).toEqual([])
}

/** Waits until every row of the outbox has its last state, so that no worker sends anything more. */
async function expectNothingToSend(url: string) {
  const sql = postgres(url, { max: 1 })
  const unsent = async () => (await sql`select from latchkey.mail_outbox where status in ('queued', 'sending')`).length
  await expect.poll(unsent, { timeout: 180_000 }).toBe(0)
  await sql.end()
}

const unexpected = (answers: Answer[], allowed: (answer: Answer) => boolean) =>
  answers.filter((answer) => !(answer.status === 200 || allowed(answer)) || answer.tookMs > LONGEST_ANSWER_MS)

test('PostgreSQL restarts under load: 503 with Retry-After meanwhile, no accepted request lost, and it goes on by itself', async () => {
  const pair = await startServerPair(ACCOUNTS)
  const load = startLoad(
    pair.servers.map(({ url }) => url),
    addressOf,
  )
  try {
    await load.acceptsMore(50)
    await pair.database.restart()
    await load.acceptsMore(50)
    await pair.database.restart()
    await load.acceptsMore(50)
  } finally {
    await load.stop()
  }
  try {
    const isClear503 = ({ status, retryAfter, body }: Answer) =>
      status === 503 && Number(retryAfter) > 0 && body.includes('"reason":"busy"')
    expect(unexpected(load.answers, isClear503)).toEqual([])
    expect(load.answers.some(isClear503)).toBe(true)
    await expectOneEmailEach(pair, load.accepted())
  } finally {
    await pair.stop()
  }
})

test('SIGTERM to one of two servers under load: what it accepted is sent, and the other one goes on', async () => {
  const pair = await startServerPair(ACCOUNTS)
  const [first, second] = pair.servers
  const load = startLoad([first.url, second.url], addressOf)
  try {
    await load.acceptsMore(50)
    const answeredBefore = load.answers.length
    await first.terminate()
    await load.acceptsMore(50)
    // The server that has ended refuses connections. Neither one answers with an error or cuts off an accepted call.
    expect(unexpected(load.answers, ({ status }) => status === 'refused')).toEqual([])
    expect(load.answers.slice(0, answeredBefore).every(({ status }) => status === 200)).toBe(true)
    expect(load.answers.some(({ status }) => status === 'refused')).toBe(true)
  } finally {
    await load.stop()
  }
  try {
    await expectOneEmailEach(pair, load.accepted())
  } finally {
    await pair.stop()
  }
})

test('kill -9 to one of two processes on a port under load: it is replaced, and nothing that was accepted is lost', async () => {
  const processes = await startServerOfProcesses(ACCOUNTS, 2)
  const load = startLoad([processes.server.url], addressOf, { repeats: true })
  try {
    // The first one sends the emails.
    for (const number of [2, 1]) {
      await load.acceptsMore(50)
      await expect.poll(() => processes.pidOf(number)).toBeDefined()
      const pid = processes.pidOf(number) as number
      process.kill(pid, 'SIGKILL')
      await load.acceptsMore(50)
      await expect.poll(() => processes.pidOf(number), { timeout: 60_000 }).not.toBe(pid)
    }
  } finally {
    await load.stop()
  }
  try {
    expect(unexpected(load.answers, ({ status }) => status === 'cut')).toEqual([])
    await expectOneEmailEach(processes, load.accepted())
  } finally {
    await processes.stop()
  }
})
