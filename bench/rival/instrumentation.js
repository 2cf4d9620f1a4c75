/** Without this file, Turbopack would take the one of Latchkey, two folders up. */
export function register() {}
