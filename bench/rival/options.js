/**
 * better-auth as its documentation sets it up for Next.js with PostgreSQL. Sending an email is left out, which is to its
 * advantage: Latchkey's worker sends its emails while it is measured.
 * @param {import('pg').Pool} database
 */
export const optionsFor = (database) => ({
  database,
  emailAndPassword: { enabled: true, sendResetPassword: async () => {} },
  rateLimit: { enabled: false },
})
