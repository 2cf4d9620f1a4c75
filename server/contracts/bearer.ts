/** The token of `Authorization: Bearer …`, or null. */
export const bearerTokenOf = (headers: Headers): string | null =>
  /^Bearer +([^\s]+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null
