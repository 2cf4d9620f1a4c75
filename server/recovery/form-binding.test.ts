import { describe, expect, it } from 'vitest'
import { linkTokenOf, newGrant, newSeed } from '@/server/core/secrets'
import { bindingOf, refuseOtherSecret } from './form-binding'

const NEW = 'the application secret of these tests'
const OLD = 'the application secret of last year....'
const token = linkTokenOf(NEW, newSeed())

describe('the binding of a form', () => {
  it('accepts the secret that it was made for, also after APP_SECRET was rotated', () => {
    refuseOtherSecret([NEW], token, bindingOf([NEW], token))
    refuseOtherSecret([NEW, OLD], token, bindingOf([OLD], token))
  })

  it('refuses every other secret, and one made under a secret that is gone', () => {
    for (const other of [linkTokenOf(NEW, newSeed()), newGrant(), '', `${token}x`]) {
      expect(() => refuseOtherSecret([NEW], other, bindingOf([NEW], token))).toThrow('secret-changed')
    }
    expect(() => refuseOtherSecret([NEW], token, bindingOf([OLD], token))).toThrow('secret-changed')
  })

  it.each(['', '=', 'x', 'null', token, bindingOf([NEW], token).slice(1), `${bindingOf([NEW], token)}AA`])(
    'refuses what is no binding: %j',
    (binding) => {
      expect(() => refuseOtherSecret([NEW], token, binding)).toThrow('secret-changed')
    },
  )

  it('does not contain the secret, nor a part of it', () => {
    const binding = bindingOf([NEW], token)
    expect(binding).toMatch(/^[\w-]{22}$/)
    expect(token).not.toContain(binding.slice(0, 6))
  })
})
