import type { Requester } from '@/server/core/context'
import { networksOf } from '@/server/http/client-address'

let issued = 0

/** An IPv6 documentation address (RFC 3849) whose /48 is new in this process, so that no two tests share a counter. */
export const newClientAddress = (): string =>
  `2001:${(0xdb8 + (++issued >> 16)).toString(16)}:${(issued & 0xffff).toString(16)}::1`

/** The networks of a new address. */
export const newClientNetworks = (): Requester['networks'] => networksOf(newClientAddress())
