import { describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { newRequestId, type SecretRing } from '@/server/core/secrets'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { sealFlow, unsealFlow } from './flow'
import { readFlow } from './read-flow'
import { verifyCode } from './verify-code'

const { db } = await createTestDatabase()
const RING: SecretRing = ['the application secret of these tests']
const NEWER: SecretRing = ['a newer application secret of these tests', ...RING]
const flow = { requestId: newRequestId(), account: identifierSchema.parse('jos\u00e9') }

describe('unsealFlow', () => {
  const sealed = sealFlow(RING, flow)

  it('reads a sealed flow, also after APP_SECRET was rotated', () => {
    expect(unsealFlow(RING, sealed)).toEqual(flow)
    expect(unsealFlow(NEWER, sealed)).toEqual(flow)
  })

  it('rejects a value with any one character changed', () => {
    for (let at = 0; at < sealed.length - 1; at++) {
      const altered = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
      expect(unsealFlow(RING, altered)).toBeNull()
    }
  })

  it.each([
    ['an empty value', ''],
    ['a value without a signature', sealed.split('.')[0] as string],
    ['a value with an empty signature', `${sealed.split('.')[0]}.`],
    [
      'a value with the signature of another flow',
      `${sealed.split('.')[0]}.${sealFlow(RING, { ...flow, requestId: newRequestId() }).split('.')[1]}`,
    ],
    ['a value that was sealed with another secret', sealFlow(['some other application secret'], flow)],
    ['a value of 1 MiB', 'A'.repeat(2 ** 20)],
  ])('rejects %s', (_, value) => {
    expect(unsealFlow(RING, value)).toBeNull()
  })
})

describe('readFlow', () => {
  it('returns the same states for an account that exists and for one that does not', async () => {
    const states = []
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    for (const typed of [account.email, 'unknown@example.com']) {
      const { id } = await fixture.request(typed)
      await fixture.deliver()
      const identifier = identifierSchema.parse(typed)
      const read = () => readFlow(fixture.ctx(), { requestId: id, account: identifier })
      const observed = []
      observed.push(await read())
      for (let n = 0; n < 3; n++) await refusalOf(verifyCode(fixture.ctx(), { account: identifier, code: 'wrong!' }))
      observed.push(await read())
      fixture.clock.advance(45)
      observed.push(await read())
      fixture.clock.advance(15)
      observed.push(await read())
      fixture.clock.advance(fixture.policy.linkTtlSeconds - 61)
      observed.push(await read())
      fixture.clock.advance(1)
      observed.push(await read())
      states.push(observed.map((state) => (state ? { ...state, account: state.account === identifier } : state)))
    }
    expect(states[0]).toEqual([
      { account: true, resendInSeconds: 60, blockedSeconds: 0, codesOff: false },
      { account: true, resendInSeconds: 60, blockedSeconds: 60, codesOff: false },
      { account: true, resendInSeconds: 15, blockedSeconds: 15, codesOff: false },
      { account: true, resendInSeconds: 0, blockedSeconds: 0, codesOff: false },
      { account: true, resendInSeconds: 0, blockedSeconds: 0, codesOff: false },
      null,
    ])
    expect(states[1]).toEqual(states[0])
  })

  it('returns null for a request that does not exist', async () => {
    expect(await readFlow(createRecoveryFixture(db).ctx(), flow)).toBeNull()
  })
})
