import { type Call, load, median, shuffled } from './load'

const ROUNDS = 7

const call = (name: string, input: unknown, headers?: Record<string, string>): Call => ({
  method: 'POST',
  path: `/api/trpc/${name}`,
  body: JSON.stringify(input),
  headers,
})

/** Requests per second, and their ratio to a bare route handler of the same server, in shuffled rounds of one run. */
export async function compareThroughput(origin: string, known: string[], sessionToken: string) {
  const bearer = { authorization: `Bearer ${sessionToken}` }
  const contenders: Record<string, (n: number) => Call> = {
    'a bare route handler (/healthz)': () => ({ method: 'GET', path: '/healthz' }),
    'recovery.request, known': (n) => call('recovery.request', { account: known[n % known.length] }),
    'recovery.request, unknown': (n) => call('recovery.request', { account: `unknown${n % 5000}@example.com` }),
    'recovery.verifyCode, wrong': (n) =>
      call('recovery.verifyCode', { account: `guess${Math.floor(n / 2)}@example.com`, code: '000000' }),
    'session.current': () => ({ method: 'GET', path: '/api/trpc/session.current', headers: bearer }),
  }
  const names = Object.keys(contenders)
  const rates = new Map<string, number[]>(names.map((name) => [name, []]))
  for (const name of names) await load(origin, contenders[name] as (n: number) => Call, { seconds: 1 })
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of shuffled(names)) {
      const { perSecond } = await load(origin, contenders[name] as (n: number) => Call, { seconds: 2 })
      rates.get(name)?.push(perSecond)
    }
  }
  const bare = median(rates.get(names[0] as string) ?? [])
  return names.map((name) => {
    const perSecond = median(rates.get(name) ?? [])
    return { name, perSecond, ratio: perSecond / bare }
  })
}
