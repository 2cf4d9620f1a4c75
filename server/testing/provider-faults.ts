import type { Fault } from './fake-resend'

/** Ways in which a call to the provider can go wrong, each with the name that tests show. */
export const PROVIDER_FAULTS: [string, Fault][] = [
  ['429', { kind: 'rate-limit', retryAfter: 1 }],
  ['500', { kind: 'error', status: 500 }],
  ['500 after acceptance', { kind: 'error', status: 500, accepted: true }],
  ['a call that hangs', { kind: 'hang' }],
  ['a call that hangs after acceptance', { kind: 'hang', accepted: true }],
  ['a connection reset before acceptance', { kind: 'reset' }],
  ['a connection reset after acceptance', { kind: 'reset', accepted: true }],
  ['HTML instead of JSON', { kind: 'html', status: 200 }],
  ['HTML instead of JSON after acceptance', { kind: 'html', status: 200, accepted: true }],
]
