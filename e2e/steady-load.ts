import { setTimeout as sleep } from 'node:timers/promises'

/** How one request for a reset ended. */
export interface Answer {
  account: string
  /** `refused`: nothing listened, so the call was never accepted. `cut`: the connection ended without a whole answer. */
  status: number | 'refused' | 'cut'
  retryAfter: string | null
  body: string
  tookMs: number
}

/** Whether the error of `fetch` says that nothing listens at the address. */
function isRefusal(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string } }
  return cause?.code === 'ECONNREFUSED'
}

/**
 * Keeps asking for resets, each for another account, until `stop`. Every call goes to the next server.
 * @param options.repeats calls again, as browsers and people do, until there is an answer
 */
export function startLoad(
  servers: readonly string[],
  addressOf: (n: number) => string,
  { connections = 6, repeats = false } = {},
) {
  const answers: Answer[] = []
  let asked = 0
  let running = true

  async function ask(account: string, server: string): Promise<Answer> {
    const started = performance.now()
    const took = () => performance.now() - started
    try {
      const answer = await fetch(`${server}/api/trpc/recovery.request`, {
        method: 'POST',
        // A new connection for each call: a kept one could be closed just as it is used again, which would prove nothing.
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({ account }),
      })
      const body = await answer.text()
      return { account, status: answer.status, retryAfter: answer.headers.get('retry-after'), body, tookMs: took() }
    } catch (error) {
      return { account, status: isRefusal(error) ? 'refused' : 'cut', retryAfter: null, body: '', tookMs: took() }
    }
  }

  const busy = async () => {
    while (running) {
      const n = asked++
      for (;;) {
        const answer = await ask(addressOf(n), servers[n % servers.length] as string)
        answers.push(answer)
        if (!repeats || typeof answer.status === 'number') break
        await sleep(50)
      }
      await sleep(50) // far fewer requests than the servers can answer: this is about faults, not about speed
    }
  }
  const workers = Array.from({ length: connections }, busy)
  const accepted = () => answers.filter(({ status }) => status === 200)

  return {
    answers,
    accepted,
    /** Resolves when this many more requests were accepted than now. */
    async acceptsMore(count: number, withinMs = 120_000) {
      const enough = accepted().length + count
      for (const end = Date.now() + withinMs; accepted().length < enough; await sleep(20)) {
        if (Date.now() > end) throw new Error(`Only ${accepted().length} of ${enough} requests were accepted in time`)
      }
    },
    async stop() {
      running = false
      await Promise.all(workers)
    },
  }
}
