import { describe, expect, it } from 'vitest'
import { EMAIL } from '@/server/core/typed-input'
import { findMailProvider, MAIL_PROVIDERS } from './mail-provider'

describe('the provider of a typed address', () => {
  it.each([
    ['ada@gmail.com', 'Gmail', 'mail.google.com'],
    ['Ada.Lovelace+x@GoogleMail.com', 'Gmail', 'mail.google.com'],
    ['ada@hotmail.co.uk', 'Outlook', 'outlook.live.com'],
    ['ada@yahoo.com.br', 'Yahoo', 'mail.yahoo.com'],
    ['ada@yahoo.co.jp', 'Yahoo! JAPAN', 'mail.yahoo.co.jp'],
    ['ada@me.com', 'iCloud', 'www.icloud.com'],
    ['ada@gmx.at', 'GMX', 'www.gmx.at'],
    ['ada@pm.me', 'Proton Mail', 'mail.proton.me'],
    ['ada@t-online.de', 'T-Online', 'email.t-online.de'],
  ])('%s is of %s', (account, name, host) => {
    const provider = findMailProvider(account)
    expect([provider?.name, new URL(provider?.url ?? '').host]).toEqual([name, host])
  })

  it.each([
    'ada', // a username
    'gmail.com', // a username that looks like a domain
    'ada@example.com',
    'ada@mail.gmail.com',
    'ada@gmail.com.example.com',
    'ada@notgmail.com',
    'ada@gmail.co',
    'ada@constructor',
    'ada@',
    '',
  ])('"%s" has none', (account) => {
    expect(findMailProvider(account)).toBeNull()
  })
})

it('each domain is listed once and can be typed, and each address is a plain https address', () => {
  expect(MAIL_PROVIDERS.size).toBeGreaterThan(150)
  for (const [domain, { name, url }] of MAIL_PROVIDERS) {
    expect(`ada@${domain}`).toMatch(EMAIL)
    expect(domain).toBe(domain.toLowerCase())
    expect(name.trim()).not.toBe('')
    expect(new URL(url).href).toBe(url)
    expect(new URL(url)).toMatchObject({ protocol: 'https:', search: '', hash: '', username: '', port: '' })
  }
})
