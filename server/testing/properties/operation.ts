import fc from 'fast-check'

/** Which of the two accounts. */
export type Who = 0 | 1

/** A name that is typed for an account: one of its two addresses, of which it has one at a time, or its username. */
export type Name = 'first-address' | 'second-address' | 'username'

/** What happens in one step. `age` counts back from the newest email: 0 is the newest. */
export type Operation =
  | { do: 'request'; who: Who; name: Name; refuseWithinCooldown: boolean }
  | { do: 'guess-wrong'; who: Who; name: Name }
  | { do: 'guess-right'; who: Who; name: Name; age: number }
  | { do: 'open' | 'show-form'; who: Who; age: number }
  | { do: 'redeem-link'; who: Who; age: number }
  | { do: 'redeem-grant'; who: Who; age: number }
  | { do: 'secure'; who: Who; age: number }
  | { do: 'stop-emails'; who: Who; age: number }
  | { do: 'allow-emails'; who: Who; age: number }
  | { do: 'sign-in'; who: Who; isRight: boolean }
  | { do: 'change-address'; who: Who }
  | { do: 'deactivate'; who: Who }
  | { do: 'activate'; who: Who }

/** A step of a story: one operation, two at the same time on the two servers, or a wait in seconds. */
export type StoryStep = { server: 0 | 1; operations: [Operation] | [Operation, Operation] } | { wait: number }

/** Plain objects, which print well. */
const record = <Value extends object>(fields: { [Key in keyof Value]: fc.Arbitrary<Value[Key]> }) =>
  fc.record<Value>(fields, { noNullPrototype: true })

const server = fc.constantFrom(0 as const, 1 as const)
const who = fc.constantFrom(0 as const, 0 as const, 0 as const, 1 as const)
const name = fc.constantFrom<Name>('first-address', 'first-address', 'second-address', 'username')
const age = fc.constantFrom(0, 0, 0, 1, 1, 2, 5)

const guesses = fc.oneof(
  { weight: 5, arbitrary: record({ do: fc.constant('guess-wrong' as const), who, name }) },
  { weight: 3, arbitrary: record({ do: fc.constant('guess-right' as const), who, name, age }) },
)

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: record({ do: fc.constant('request' as const), who, name, refuseWithinCooldown: fc.boolean() }),
  },
  { weight: 6, arbitrary: guesses },
  {
    weight: 6,
    arbitrary: record({
      do: fc.constantFrom('open' as const, 'show-form' as const, 'redeem-link' as const, 'redeem-grant' as const),
      who,
      age,
    }),
  },
  {
    weight: 3,
    arbitrary: record({
      do: fc.constantFrom('secure' as const, 'stop-emails' as const, 'allow-emails' as const),
      who,
      age,
    }),
  },
  { weight: 1, arbitrary: record({ do: fc.constant('sign-in' as const), who, isRight: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: record({
      do: fc.constantFrom('change-address' as const, 'deactivate' as const, 'activate' as const, 'activate' as const),
      who,
    }),
  },
)

/** Waits at and around every time limit of the product. */
const wait = fc.constantFrom(1, 59, 60, 61, 61, 120, 299, 300, 301, 599, 600, 601, 1800, 3599, 3600, 86_399, 86_400)

/**
 * Which two operations may run at the same moment. The application that keeps the accounts changes an address in a
 * transaction that Latchkey knows nothing about, and an email that is written at that moment belongs to either account.
 * For the same reason it makes one change at a time. Two requests must both report the cooldown or both not: otherwise
 * the answers depend on which came first.
 */
function areIndependent(pair: [Operation, Operation]): boolean {
  const changes = pair.filter((each) => ['change-address', 'deactivate', 'activate'].includes(each.do)).length
  const writes = pair.some((each) => each.do === 'request' || each.do === 'secure')
  if (changes === 2 || (changes === 1 && writes)) return false
  const [a, b] = pair
  return a.do !== 'request' || b.do !== 'request' || a.refuseWithinCooldown === b.refuseWithinCooldown
}

const step: fc.Arbitrary<StoryStep> = fc.oneof(
  { weight: 8, arbitrary: record({ server, operations: fc.tuple(operation) }) },
  { weight: 3, arbitrary: record({ server, operations: fc.tuple(operation, operation).filter(areIndependent) }) },
  { weight: 4, arbitrary: record({ wait }) },
)

/** Any sequence of steps. Most begin with an email, because little happens without one. */
export const story = (maxLength: number): fc.Arbitrary<StoryStep[]> =>
  fc
    .tuple(fc.boolean(), fc.array(step, { minLength: 4, maxLength, size: 'max' }))
    .map(([isPlain, steps]) => (isPlain ? steps : [REQUEST, ...steps]))

const REQUEST: StoryStep = {
  server: 0,
  operations: [{ do: 'request', who: 0, name: 'first-address', refuseWithinCooldown: false }],
}

/** A story of an attacker: only requests, guesses and waits, so that the blocks and limits are reached. */
export const siege = (length: number): fc.Arbitrary<StoryStep[]> =>
  fc.array(
    fc.oneof(
      { weight: 6, arbitrary: record({ server, operations: fc.tuple(guesses) }) },
      { weight: 2, arbitrary: record({ server, operations: fc.tuple(guesses, guesses) }) },
      {
        weight: 2,
        arbitrary: record({
          server,
          operations: fc.tuple(
            record({ do: fc.constant('request' as const), who, name, refuseWithinCooldown: fc.boolean() }),
          ),
        }),
      },
      { weight: 5, arbitrary: record({ wait: fc.constantFrom(60, 120, 600, 3600, 30_720, 86_400) }) },
    ),
    { minLength: length, maxLength: length },
  )
