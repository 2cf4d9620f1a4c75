import { expect } from 'vitest'
import type { Outcome } from './model-request'
import type { Name, Operation } from './operation'
import { answerOf, type System } from './system'

const NAMES: Name[] = ['first-address', 'second-address', 'username']

/**
 * Does to names that do not exist what strangers do to those of the accounts, and expects the same answers. The owner's
 * own acts are the exception: a right code ends the count of its name, and a reset those of the account's names. The name
 * that codes are compared with is then replaced by a new one. Cooldowns go on, so requests keep their name.
 */
export function createStrangers(system: System) {
  let made = 0
  const nobody = (name: Name) => {
    const text = `nobody${++made}-${system.subjects[0].account.username.slice(-12)}`
    return name === 'username' ? text : `${text}@example.com`
  }
  const twins = system.subjects.map(() => ({
    requests: Object.fromEntries(NAMES.map((name) => [name, nobody(name)])) as Record<Name, string>,
    /** Null while the count of the name is not known to equal that of a new name. */
    codes: Object.fromEntries(NAMES.map((name) => [name, nobody(name)])) as Record<Name, string | null>,
  }))

  /** Repeats a stranger's operation under the name's twin. Undefined if it is no operation of a stranger. */
  async function repeat(server: 0 | 1, operation: Operation): Promise<Outcome | undefined> {
    const twin = 'who' in operation ? twins[operation.who] : undefined
    if (!twin) return undefined
    if (operation.do === 'request')
      return (await system.request(server, twin.requests[operation.name], operation.refuseWithinCooldown)).answer
    if (operation.do !== 'guess-wrong' && operation.do !== 'guess-right') return undefined
    const typed = twin.codes[operation.name]
    return typed === null ? undefined : answerOf(system.guess(server, typed, '123456'))
  }

  /** Compares what was told about an account and about its twins. Answers of the same moment may come in either order. */
  function compare(operations: Operation[], told: Outcome[], toldOfTwins: (Outcome | undefined)[]) {
    const pairs = operations.map((operation, at) => ({ operation, known: told[at], unknown: toldOfTwins[at] }))
    // What is told at the moment of an owner's act depends on which came first.
    const owners = pairs
      .filter(({ operation, known }) => isOwnersAct(operation, known))
      .map(({ operation }) => operation.who)
    const comparable = pairs.filter(({ operation, unknown }) => unknown && !owners.includes(operation.who))
    const sorted = (answers: (Outcome | undefined)[]) => answers.map((answer) => JSON.stringify(answer)).sort()
    expect(sorted(comparable.map(({ known }) => known)), 'a stranger can tell an account from none').toEqual(
      sorted(comparable.map(({ unknown }) => unknown)),
    )
    for (const { operation, known } of pairs) if (isOwnersAct(operation, known)) renew(operation, pairs.length === 1)
  }

  /** After an owner's act, counts begin again. If something else happened at the same time, they may not be equal. */
  function renew(operation: Operation, isAlone: boolean) {
    const twin = twins[operation.who]
    if (!twin) return
    const { address } = system.subjects[operation.who]
    const names: Name[] = 'name' in operation ? [operation.name] : [address, 'username']
    for (const name of names) twin.codes[name] = isAlone ? nobody(name) : null
  }

  return { repeat, compare }
}

const isOwnersAct = (operation: Operation, told: Outcome | undefined) =>
  told?.code === 'done' && ['guess-right', 'redeem-link', 'redeem-grant'].includes(operation.do)
