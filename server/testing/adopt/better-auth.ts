import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { username } from 'better-auth/plugins/username'
import { Pool } from 'pg'

const shared = {
  baseURL: 'https://app.example.com',
  secret: 'mXq2Zt7Rj0sVb8LkPd4WnYc6Hf1Ge9Ua3Ti5Ox',
  telemetry: { enabled: false },
  logger: { disabled: true },
  rateLimit: { enabled: false },
  emailAndPassword: { enabled: true },
} satisfies BetterAuthOptions

/**
 * The SQL with which better-auth itself creates its tables.
 * @param url an empty database, which is read and not changed
 */
export async function betterAuthSchema(url: string, options: BetterAuthOptions = {}): Promise<string> {
  const database = new Pool({ connectionString: url })
  try {
    const { compileMigrations } = await getMigrations({ plugins: [username()], ...shared, ...options, database })
    return await compileMigrations()
  } finally {
    await database.end()
  }
}

/** An application with better-auth on a database. Its methods are what the application's pages do. */
export function createBetterAuthApp(url: string, options: { session?: BetterAuthOptions['session'] } = {}) {
  const database = new Pool({ connectionString: url })
  const auth = betterAuth({ ...shared, ...options, plugins: [username()], database })
  const cookieOf = (headers: Headers) =>
    new Headers({
      cookie: headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; '),
    })
  return {
    /** Adds an account. Returns its id and the cookies of its first session, as request headers. */
    async signUp(email: string, password: string, name = 'Jo Example') {
      const body = { email, password, name, username: email.split('@')[0] }
      const { headers, response } = await auth.api.signUpEmail({ body, returnHeaders: true })
      return { id: response.user.id, session: cookieOf(headers) }
    },
    /** Signs in. Returns the cookies of the session, or null if better-auth refuses the password. */
    async signIn(email: string, password: string) {
      const request = new Request(`${shared.baseURL}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: shared.baseURL },
        body: JSON.stringify({ email, password }),
      })
      const response = await auth.handler(request)
      if (response.status === 401) return null
      if (!response.ok) throw new Error(`better-auth answered ${response.status}: ${await response.text()}`)
      return cookieOf(response.headers)
    },
    /** The email address of the person who is signed in, or null. */
    async signedInAs(session: Headers) {
      return (await auth.api.getSession({ headers: session }))?.user.email ?? null
    },
    close: () => database.end(),
  }
}
