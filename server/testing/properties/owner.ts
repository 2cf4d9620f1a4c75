import { expect } from 'vitest'
import { allowEmails } from '@/server/recovery/stop-emails'
import { changeAccount, signInTo } from '@/server/testing/accounts'
import type { Who } from './operation'
import type { System } from './system'

/** The owner of an account, who has forgotten the password and reads the emails. */
export function createOwner(system: System, who: Who) {
  const subject = system.subjects[who]
  const { fixture } = system

  /** Asks for an email once the cooldown is over, and resets the password with the newest link. */
  async function getsBackIn() {
    await changeAccount(fixture.db, subject.account, { active: true })
    const newest = subject.emails.at(-1)
    // Owners can take back what they stopped.
    if (newest) for (const { stop } of subject.emails) await allowEmails(system.ctx(0), { token: stop })
    fixture.clock.advance(fixture.policy.sendCooldownSeconds)
    await system.request(1, subject.names[subject.address], false)
    await system.observe(0, [])
    const link = subject.emails.at(-1)?.link ?? ''
    const answer = await system.reset(0, subject, 'link', link)
    expect(answer, 'the owner cannot get back in').toEqual({ code: 'done' })
    const account = { ...subject.account, email: subject.names[subject.address] }
    await signInTo(system.ctx(1), account, subject.passwords.at(-1) ?? '')
  }

  return { getsBackIn }
}
