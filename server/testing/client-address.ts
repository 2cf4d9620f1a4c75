let issued = 0

/** An IPv6 documentation network (RFC 3849) that is new in this process, so that no two tests share a counter. */
export const newClientAddress = (): string =>
  `2001:db8:${(++issued >> 16).toString(16)}:${(issued & 0xffff).toString(16)}::/64`
