import { TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { RecoveryError, type RecoveryErrorCode } from '@/server/core/errors'
import { resetPasswordInput, signInInput } from '@/server/core/schemas'
import { errorDataOf, TRPC_CODES } from './errors'

const asTrpc = (code: TRPCError['code'], cause?: unknown) =>
  new TRPCError({ code, message: 'a message for logs', cause })

/** The error data for input that a schema refuses. */
function dataOfInput(schema: z.ZodType, input: unknown) {
  const parsed = schema.safeParse(input)
  return errorDataOf(asTrpc('BAD_REQUEST', parsed.error), 'request-1')
}

describe('an error of the core', () => {
  const statuses: Partial<Record<RecoveryErrorCode, number>> = {
    'account-unknown': 404,
    'too-many-requests': 429,
    'asked-too-soon': 429,
    'code-blocked': 429,
    'codes-off': 429,
    'secret-changed': 409,
    'account-frozen': 403,
    'recovery-paused': 503,
    'codes-paused': 503,
    'links-paused': 503,
    'sign-in-failed': 401,
    'not-signed-in': 401,
    busy: 503,
  }

  it.each(Object.keys(TRPC_CODES) as RecoveryErrorCode[])('becomes its code and numbers: %s', (code) => {
    const error = asTrpc(TRPC_CODES[code], new RecoveryError(code, { retryAfterSeconds: 7, limit: 8 }))
    expect(errorDataOf(error, 'request-1')).toEqual({
      reason: code,
      retryAfterSeconds: 7,
      limit: 8,
      requestId: 'request-1',
    })
    expect(getHTTPStatusCodeFromError(error)).toBe(statuses[code] ?? 400)
  })
})

describe('invalid input', () => {
  it('becomes the first error of each field', () => {
    expect(dataOfInput(signInInput, { account: '', password: '' })).toEqual({
      reason: 'identifier-missing',
      fields: { account: 'identifier-missing', password: 'password-missing' },
      requestId: 'request-1',
    })
    expect(dataOfInput(resetPasswordInput, { password: 'a passphrase', confirmPassword: 'another' })).toMatchObject({
      fields: { confirmPassword: 'passwords-differ' },
    })
  })

  it.each([
    ['no object', undefined],
    ['null', null],
    ['an array', []],
    ['text', 'x'],
  ])('becomes a code when it is %s', (_, input) => {
    expect(dataOfInput(signInInput, input)).toEqual({
      reason: 'input-malformed',
      fields: { input: 'input-malformed' },
      requestId: 'request-1',
    })
  })

  it('becomes a code where its schema has no message of its own', () => {
    const input = { token: 'x'.repeat(5000), password: 'a passphrase', confirmPassword: 'a passphrase' }
    expect(dataOfInput(resetPasswordInput, input)).toMatchObject({ fields: { token: 'input-malformed' } })
    expect(dataOfInput(z.object({ id: z.uuid() }), { id: '<script>' })).toMatchObject({
      fields: { id: 'input-malformed' },
    })
  })
})

describe('any other error', () => {
  it('becomes "internal" and exposes nothing else', () => {
    const cause = new Error('select password_hash from latchkey.users')
    expect(errorDataOf(asTrpc('INTERNAL_SERVER_ERROR', cause), 'request-1')).toEqual({
      reason: 'internal',
      requestId: 'request-1',
    })
  })

  it('is internal when an output does not match its schema', () => {
    const { error: cause } = z.object({ email: z.string() }).safeParse({ email: null })
    expect(errorDataOf(asTrpc('INTERNAL_SERVER_ERROR', cause), 'request-1')).toEqual({
      reason: 'internal',
      requestId: 'request-1',
    })
  })

  it('that the caller made becomes "input-malformed"', () => {
    for (const code of ['NOT_FOUND', 'METHOD_NOT_SUPPORTED', 'PARSE_ERROR'] as const) {
      expect(errorDataOf(asTrpc(code), 'request-1')).toEqual({ reason: 'input-malformed', requestId: 'request-1' })
    }
  })
})
