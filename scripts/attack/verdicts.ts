import type { Answer } from './http-client'

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
