import { describe, expect, it } from 'vitest'
import { linkTokenOf, newGrant, newSeed } from '@/server/core/secrets'
import { bindingOf, isBoundToAccount, isBoundToToken, refuseOtherToken } from './form-binding'

const NEW = 'the application secret of these tests'
const OLD = 'the application secret of last year....'
const token = linkTokenOf(NEW, newSeed())
const binding = bindingOf([NEW], { token, accountId: '4711' })

describe('the binding of a form', () => {
  it('accepts the secret and the account that it was made for, also after APP_SECRET was rotated', () => {
    for (const ring of [[NEW], [NEW, OLD], [OLD, NEW]] as const) {
      expect(isBoundToToken(ring, binding, token)).toBe(true)
      expect(isBoundToAccount(ring, binding, '4711')).toBe(true)
    }
    refuseOtherToken([NEW], binding, token)
  })

  it('refuses every other secret and account, and a binding under a secret that is gone', () => {
    for (const other of [linkTokenOf(NEW, newSeed()), newGrant(), '', `${token}x`, '4711']) {
      expect(isBoundToToken([NEW], binding, other)).toBe(false)
      expect(() => refuseOtherToken([NEW], binding, other)).toThrow('secret-changed')
    }
    for (const other of ['4712', '', token]) expect(isBoundToAccount([NEW], binding, other)).toBe(false)
    expect(isBoundToToken([OLD], binding, token)).toBe(false)
    expect(isBoundToAccount([OLD], binding, '4711')).toBe(false)
  })

  it('without an account is bound to none', () => {
    expect(isBoundToAccount([NEW], bindingOf([NEW], { token }), '')).toBe(false)
    expect(isBoundToAccount([NEW], bindingOf([NEW], { token }), '4711')).toBe(false)
  })

  it.each(['', '.', '=', 'x', 'null', token, `.${binding}`, binding.slice(1), binding.replace('.', 'AA.')])(
    'refuses what is no binding: %j',
    (invented) => {
      expect(isBoundToToken([NEW], invented, token)).toBe(false)
      expect(() => refuseOtherToken([NEW], invented, token)).toThrow('secret-changed')
    },
  )

  it('contains no part of the secret or the account', () => {
    expect(binding).toMatch(/^[\w-]{22}\.[\w-]{22}$/)
    expect(token).not.toContain(binding.slice(0, 6))
    expect(binding).not.toContain('4711')
  })
})
