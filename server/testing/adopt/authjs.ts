import { Auth } from '@auth/core'
import Credentials from '@auth/core/providers/credentials'
import PostgresAdapter from '@auth/pg-adapter'
import { verify } from '@node-rs/bcrypt'
import { Pool } from 'pg'

const ORIGIN = 'https://app.example.com'

/** An application with Auth.js, as docs/adopt/authjs.md shows it: bcrypt and sessions in tokens. */
export function createAuthJsApp(url: string) {
  const pool = new Pool({ connectionString: url })

  const credentials = Credentials({
    credentials: { email: {}, password: {} },
    async authorize({ email, password }) {
      const { rows } = await pool.query('select * from users where lower(email) = lower($1)', [email])
      const user = rows[0]
      return user?.password && (await verify(String(password), user.password)) ? user : null
    },
  })

  const handle = (request: Request) =>
    Auth(request, {
      adapter: PostgresAdapter(pool),
      providers: [credentials],
      session: { strategy: 'jwt' },
      basePath: '/api/auth',
      secret: 'mXq2Zt7Rj0sVb8LkPd4WnYc6Hf1Ge9Ua3Ti5Ox',
      trustHost: true,
      logger: { error() {}, warn() {} },
      callbacks: {
        async jwt({ token, user }) {
          if (user) return { ...token, changedAt: changedAtOf(user) }
          const { rows } = await pool.query('select "passwordChangedAt" from users where id = $1', [token.sub])
          return rows[0] && token.changedAt === changedAtOf(rows[0]) ? token : null
        },
      },
    })

  return {
    /** Signs in, as a browser does. Returns a function that reads whose session it is, or null when it was refused. */
    async signIn(email: string, password: string) {
      const jar = new Map<string, string>()
      const send = async (path: string, init: RequestInit = {}) => {
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
        const response = await handle(new Request(ORIGIN + path, { ...init, headers: { cookie, ...init.headers } }))
        for (const line of response.headers.getSetCookie()) {
          const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s)
          jar.set(name, value)
        }
        return response
      }
      const { csrfToken } = await (await send('/api/auth/csrf')).json()
      const body = new URLSearchParams({ csrfToken, email, password })
      const { headers } = await send('/api/auth/callback/credentials', { method: 'POST', body })
      if (headers.get('location')?.includes('error=CredentialsSignin')) return null
      return async (): Promise<string | null> => (await (await send('/api/auth/session')).json())?.user?.email ?? null
    },
    close: () => pool.end(),
  }
}

/** When the password was last changed, in milliseconds since 1970, from a row of `users`. */
const changedAtOf = (user: object) =>
  'passwordChangedAt' in user && user.passwordChangedAt instanceof Date ? user.passwordChangedAt.getTime() : 0
