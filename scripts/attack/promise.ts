import type { Attacker } from './attacker'

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
