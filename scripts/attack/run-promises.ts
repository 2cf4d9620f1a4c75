import type { Attacker } from './attacker'
import type { PromiseGroup, SecurityPromise } from './promise'
import { Broken, NotChecked } from './verdicts'

export interface Outcome {
  group: string
  holds: string
  verdict: 'ok' | 'BROKEN' | 'not checked'
  /** Why it is broken or was not checked. */
  reason?: string
}

/** Checks promises one after another and reports each outcome as it is known. A failure of the network breaks nothing. */
export async function runPromises(
  attacker: Attacker,
  groups: readonly PromiseGroup[],
  report: (outcome: Outcome) => void = () => {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const { name: group, promises } of groups) {
    for (const promise of promises) {
      const outcome = { group, holds: promise.holds, ...(await verdictOf(promise, attacker)) }
      outcomes.push(outcome)
      report(outcome)
    }
  }
  return outcomes
}

async function verdictOf(promise: SecurityPromise, attacker: Attacker): Promise<Pick<Outcome, 'verdict' | 'reason'>> {
  try {
    await promise.check(attacker)
    return { verdict: 'ok' }
  } catch (error) {
    const reason = (error as Error).message
    if (error instanceof Broken) return { verdict: 'BROKEN', reason }
    if (error instanceof NotChecked) return { verdict: 'not checked', reason }
    return { verdict: 'not checked', reason: `the attack failed: ${reason}` }
  }
}

/** One line for an outcome. */
export const lineOf = ({ group, holds, verdict, reason }: Outcome): string =>
  `${verdict.padEnd(11)}  ${group}: ${holds}${reason ? `\n             ${reason.replace(/\s+/g, ' ')}` : ''}`

/** The last lines: how many of each. */
export function summaryOf(outcomes: Outcome[], requests: number): string {
  const count = (verdict: Outcome['verdict']) => outcomes.filter((outcome) => outcome.verdict === verdict).length
  return `${count('ok')} ok, ${count('BROKEN')} broken, ${count('not checked')} not checked, in ${requests} requests`
}
