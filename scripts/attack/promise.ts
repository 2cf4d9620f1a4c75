import type { Attacker } from './attacker'
import type { Answer } from './http-client'

/** One promise of Latchkey, with the attack that tries to break it. */
export interface SecurityPromise {
  /** What must hold, as a sentence. */
  holds: string
  /** What the attack does. */
  attack: string
  /** Attacks. Throws `Broken` when the promise does not hold, and `NotChecked` when that cannot be found out. */
  check(attacker: Attacker): Promise<void>
}

/** Promises about one subject. */
export interface PromiseGroup {
  name: string
  promises: SecurityPromise[]
}

/** The promise does not hold. The message says what was seen. */
export class Broken extends Error {}

/** The attack could not be made. The message says why. */
export class NotChecked extends Error {}

export function broken(reason: string): never {
  throw new Broken(reason)
}

export function notChecked(reason: string): never {
  throw new NotChecked(reason)
}

/** @throws Broken unless the condition holds */
export function expectThat(condition: boolean, otherwise: string): asserts condition {
  if (!condition) broken(otherwise)
}

/** @throws NotChecked if the deployment refuses further requests of this address for a while */
export function notLimited(answer: Answer): Answer {
  const wait = answer.headers['retry-after']
  if (answer.status === 429)
    notChecked(`this address has made too many requests${wait ? `; try again in ${wait} s` : ''}`)
  return answer
}
