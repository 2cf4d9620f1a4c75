import { describe, expect, it } from 'vitest'
import { secondsAfter } from '@/server/core/context'
import { networksOf } from '@/server/http/client-address'
import { START } from '@/server/testing/clock'
import { createRefusedNetworks } from './refused-networks'

const at = (seconds: number) => secondsAfter(START, seconds)
const networks = networksOf('2001:db8:1:2::3')

describe('a network that was refused', () => {
  it('is remembered for its action until the end of its window', () => {
    const refused = createRefusedNetworks()
    refused.remember('sign-in', '2001:db8:1:2::/64', at(60))
    expect(refused.refusedUntil('sign-in', networks, at(59.999))).toEqual(at(60))
    expect(refused.refusedUntil('locate', networks, at(0))).toBeNull()
    expect(refused.refusedUntil('sign-in', networksOf('2001:db8:1:3::3'), at(0))).toBeNull()
    expect(refused.refusedUntil('sign-in', networks, at(60))).toBeNull()
  })

  it('refuses every narrower network in it, until the last of the windows ends', () => {
    const refused = createRefusedNetworks()
    refused.remember('sign-in', '2001:db8:1::/48', at(30))
    expect(refused.refusedUntil('sign-in', networks, at(0))).toEqual(at(30))
    refused.remember('sign-in', '2001:db8:1:2::/64', at(90))
    expect(refused.refusedUntil('sign-in', networks, at(0))).toEqual(at(90))
    expect(refused.refusedUntil('sign-in', networksOf('2001:db8:1:3::3'), at(0))).toEqual(at(30))
    expect(refused.refusedUntil('sign-in', networks, at(31))).toEqual(at(90))
  })

  it('can be refused again for its next window', () => {
    const refused = createRefusedNetworks()
    refused.remember('sign-in', '2001:db8:1::/48', at(30))
    refused.remember('sign-in', '2001:db8:1::/48', at(60))
    expect(refused.refusedUntil('sign-in', networks, at(45))).toEqual(at(60))
  })
})

it('the memory is bounded: the network that was refused the longest ago is forgotten first', () => {
  const refused = createRefusedNetworks(3)
  const names = ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4']
  for (const name of names.slice(0, 3)) refused.remember('sign-in', name, at(60))
  refused.remember('sign-in', '198.51.100.1', at(60))
  refused.remember('sign-in', '198.51.100.4', at(60))
  const remembered = names.filter((name) => refused.refusedUntil('sign-in', networksOf(name), at(0)))
  expect(remembered).toEqual(['198.51.100.1', '198.51.100.3', '198.51.100.4'])
})
