import { describe, expect, it } from 'vitest'
import { senderOf } from './sender'

describe('the sender of emails', () => {
  it.each(['Example <accounts@example.com>', '"Doe, Jane" <accounts@example.com>'])(
    'is MAIL_FROM as it is, if it has a name: %s',
    (mailFrom) => {
      expect(senderOf(mailFrom, 'Acme')).toBe(mailFrom)
    },
  )

  it.each([
    ['Acme', 'Acme <accounts@example.com>'],
    ['Øre & Søn', 'Øre & Søn <accounts@example.com>'],
    ['株式会社', '株式会社 <accounts@example.com>'],
    ['Acme, Inc.', '"Acme, Inc." <accounts@example.com>'],
    ['The "Best" <Shop>', '"The \\"Best\\" <Shop>" <accounts@example.com>'],
    ['evil@example.net', '"evil@example.net" <accounts@example.com>'],
  ])('has the name of the brand otherwise: %s', (brandName, expected) => {
    expect(senderOf('accounts@example.com', brandName)).toBe(expected)
    expect(senderOf('<accounts@example.com>', brandName)).toBe(expected)
  })
})
