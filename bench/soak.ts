import { Agent } from 'node:http'
import { argon2id } from '@/server/accounts/password-formats/argon2'
import { newEventsSecret, startEventReceiver } from '@/server/testing/event-receiver'
import { newWebhookSecret, postWebhook } from '@/server/testing/fake-resend-webhook'
import { emailOf, FIRST, linkToken, loadAccounts, loadOldTokens, mintLinks, withoutIndexes } from './bulk-load'
import { listCases } from './cases'
import { withDatabaseServer } from './database'
import { generate, type Load, type Template } from './generate'
import { describeMachine, type Machine } from './machine'
import { checkStatuses } from './measure'
import { memoryOfServer } from './memory'
import { type Product, signIn, startProduct } from './product'
import { post, send } from './send'
import { countFailures, readHealth } from './soak-health'

const CONNECTIONS = 16
/** How long a window of the chart is, in seconds. A short run has short ones, so that there are enough of them. */
const windowOf = (minutes: number) => Math.round(Math.min(10, Math.max(2, minutes * 2)))
const ACCOUNTS = 400_000
/** Accounts that get a link and are reset, apart from those that are asked for. */
const RESET_ACCOUNTS = 5_000
const RESETS_PER_SECOND = 2
const PASSWORD = 'walnut bicycle north 7'
const DAYS_KEPT = 7

/** What was seen at the end of a window. */
export interface SoakSample {
  minute: number
  perSecond: number
  p99Ms: number
  /** Of the server, in MB. */
  memoryMb: number
  connections: number
  /** Of all of Latchkey's tables, with their indexes, in MB. */
  tablesMb: number
  deadRows: number
  emails: number
  events: number
}

export interface SoakResult {
  machine: Machine
  minutes: number
  /** Requests per second: as many as there can be, and those of the soak. */
  topRate: number
  rate: number
  samples: SoakSample[]
  resets: number
  webhooks: number
  removedRows: number
}

/** Of 20 requests: 11 for unknown names, 1 for an account, 4 wrong codes, 4 look-ups of a session. */
function mixOf(sessionToken: string): { templates: Template[]; statuses: number[] } {
  const cases = new Map(listCases(sessionToken).map((each) => [each.id, each]))
  const mix = { 'request-unknown': 11, 'request-known': 1, verify: 4, session: 4 }
  const chosen = Object.entries(mix).flatMap(([id, count]) => Array.from({ length: count }, () => cases.get(id)))
  return {
    templates: chosen.flatMap((each) => each?.template ?? []),
    statuses: [...new Set(chosen.flatMap((each) => each?.status ?? []))],
  }
}

/**
 * Sends requests, codes, session look-ups and resets at half of the top rate. Meanwhile the mail worker sends, housekeeping
 * removes old rows, events go to an application, and the provider's webhooks arrive.
 * @throws Error if an answer has an unexpected status, or an email or event failed
 */
export async function soak(minutes: number): Promise<SoakResult> {
  const secret = newEventsSecret()
  const receiver = await startEventReceiver({ secret, now: () => new Date() })
  const webhookSecret = newWebhookSecret()
  try {
    return await withDatabaseServer(async () => {
      const product = await startProduct({
        EVENTS_URL: receiver.url,
        EVENTS_SECRET: secret,
        RESEND_WEBHOOK_SECRET: webhookSecret,
      })
      try {
        await fill(product, minutes)
        return await run(product, minutes, webhookSecret, () => receiver.calls.length)
      } finally {
        await product.stop()
      }
    })
  } finally {
    await receiver.close()
  }
}

async function fill({ sql }: Product, minutes: number) {
  console.log(`Adding ${ACCOUNTS.toLocaleString('en')} accounts…`)
  const passwordHash = await argon2id.hash(PASSWORD, '')
  const all = { first: FIRST, count: ACCOUNTS }
  await withoutIndexes(sql, 'latchkey.users', () => loadAccounts(sql, all, passwordHash))
  // Old requests that become due for removal all the time.
  const day = 24 * 60
  const newestDays = DAYS_KEPT + 1 / 24 - minutes / day
  await loadOldTokens(sql, { first: FIRST, count: 20_000 * minutes }, { oldestDays: DAYS_KEPT + 1 / 24, newestDays })
  await mintLinks(sql, { first: FIRST + ACCOUNTS - RESET_ACCOUNTS, count: RESET_ACCOUNTS })
  await sql`vacuum analyze`
}

async function run(product: Product, minutes: number, webhookSecret: string, countEvents: () => number) {
  const { origin, sql } = product
  const { templates, statuses } = mixOf(await signIn(origin, emailOf(FIRST), PASSWORD))
  let first = FIRST + 2
  const drive = async (seconds: number, rate?: number): Promise<Load> => {
    const load = await generate('autocannon', { origin, templates, connections: CONNECTIONS, seconds, first, rate })
    checkStatuses('the soak', load, statuses)
    first = load.next + (load.next % 2)
    return load
  }
  const window = windowOf(minutes)
  await drive(window)
  const topRate = (await drive(window)).perSecond
  const rate = Math.floor(topRate / 2)
  console.log(`Top rate ${Math.round(topRate)}/s. ${minutes} minutes at ${rate}/s…`)

  const extras = startExtras(product, webhookSecret)
  const samples: SoakSample[] = []
  const started = performance.now()
  const elapsed = () => (performance.now() - started) / 60_000
  while (elapsed() < minutes) {
    const { perSecond, p99Ms } = await drive(window, rate)
    extras.check()
    const health = await readHealth(sql)
    const sample = {
      minute: elapsed(),
      perSecond,
      p99Ms,
      memoryMb: memoryOfServer(origin) ?? 0,
      ...health,
      emails: product.countEmails(),
      events: countEvents(),
    }
    samples.push(sample)
    console.log(
      `  ${sample.minute.toFixed(1)} min: ${Math.round(perSecond)}/s, p99 ${p99Ms.toFixed(0)} ms, ${sample.memoryMb} MB, ${sample.connections} connections, ${sample.deadRows} dead rows`,
    )
  }
  const { resets, webhooks } = await extras.stop()
  const failures = await countFailures(sql)
  if (failures.length > 0) throw new Error(`Failed in the background: ${failures.join(', ')}`)
  if (countEvents() < resets) throw new Error(`Of ${resets} events, ${countEvents()} arrived`)
  const [row] = await sql<{ removed: string }[]>`
    select n_tup_del as removed from pg_stat_user_tables where relid = 'latchkey.password_reset_tokens'::regclass`
  return {
    machine: await describeMachine(sql),
    minutes,
    topRate,
    rate,
    samples,
    resets,
    webhooks,
    removedRows: Number(row?.removed),
  }
}

/** Redeems links, and reports emails as delivered like the provider, a few in every second. */
function startExtras({ origin, sql }: Product, webhookSecret: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 })
  const done = { resets: 0, webhooks: 0 }
  let failure: unknown
  const password = 'plum river lantern 42'
  const expect = (what: string, status: number) => {
    if (status !== 200) throw new Error(`${what} was answered with status ${status}`)
  }
  let n = FIRST + ACCOUNTS - RESET_ACCOUNTS
  const redeem = async () => {
    const input = { token: linkToken(n++), password, confirmPassword: password }
    expect('A reset', await send(origin, agent, post('recovery.resetPassword', input)))
    done.resets++
  }
  const report = async () => {
    const [email] = await sql<{ id: string }[]>`
      select provider_id as id from latchkey.mail_outbox where status = 'sent' and provider_id is not null limit 1`
    if (!email) return
    const event = { type: 'email.delivered', created_at: new Date().toISOString(), data: { email_id: email.id } }
    expect('A webhook', (await postWebhook(webhookSecret, `${origin}/api/webhooks/resend`, event)).status)
    done.webhooks++
  }
  let current = Promise.resolve()
  const turn = async () => {
    const redeems = Array.from({ length: RESETS_PER_SECOND }, redeem)
    await Promise.all([...redeems, report()])
  }
  const timer = setInterval(() => {
    current = current.then(turn).catch((error) => {
      failure ??= error
    })
  }, 1_000)
  const check = () => {
    if (failure) throw failure
  }
  return {
    check,
    async stop() {
      clearInterval(timer)
      await current
      agent.destroy()
      check()
      return done
    },
  }
}
