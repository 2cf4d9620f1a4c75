/** Without this file, Turbopack would take the one of Latchkey, two folders up. It matches no request. */
export function proxy() {}

export const config = { matcher: '/no-such-path' }
