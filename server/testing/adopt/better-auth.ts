import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { username } from 'better-auth/plugins/username'
import { Pool } from 'pg'

/** What the tests vary. Plugins are added to the username plugin. */
export type BetterAuthVariant = Pick<
  BetterAuthOptions,
  'session' | 'user' | 'account' | 'advanced' | 'plugins' | 'secondaryStorage'
>

const shared = {
  baseURL: 'https://app.example.com',
  secret: 'mXq2Zt7Rj0sVb8LkPd4WnYc6Hf1Ge9Ua3Ti5Ox',
  telemetry: { enabled: false },
  logger: { disabled: true },
  rateLimit: { enabled: false },
  emailAndPassword: { enabled: true },
} satisfies BetterAuthOptions

const optionsFor = (database: Pool, { plugins = [], ...variant }: BetterAuthVariant) => ({
  ...shared,
  ...variant,
  plugins: [username(), ...plugins],
  database,
})

/**
 * The SQL with which better-auth itself creates its tables.
 * @param url an empty database, which is read and not changed
 */
export async function betterAuthSchema(url: string, variant: BetterAuthVariant = {}): Promise<string> {
  const database = new Pool({ connectionString: url })
  try {
    return await (await getMigrations(optionsFor(database, variant))).compileMigrations()
  } finally {
    await database.end()
  }
}

/** An application with better-auth on a database. Its methods are what the application's pages do. */
export function createBetterAuthApp(url: string, variant: BetterAuthVariant = {}) {
  const database = new Pool({ connectionString: url })
  const auth = betterAuth(optionsFor(database, variant))
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
    async signedInAs(session: Headers, query: { disableCookieCache?: boolean } = {}) {
      return (await auth.api.getSession({ headers: session, query }))?.user.email ?? null
    },
    close: () => database.end(),
  }
}
