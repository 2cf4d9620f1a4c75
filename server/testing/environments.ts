import { EnvironmentError, readEnvironment } from '@/server/env'

export const SECRET = 'the application secret of these tests'
export const EVENTS_SECRET = 'whsec_oFYTu5B1y2ZS2bXHsjRdQGgS8Sx3CGEHe6TSmpDhlMs='

/** The environment of a server with everything that it needs. */
export const SERVER = {
  DATABASE_URL: 'postgres://latchkey:secret@db.example.com:5432/latchkey',
  APP_URL: 'https://accounts.example.com',
  APP_SECRET: SECRET,
  RESEND_API_KEY: 're_123456789',
  MAIL_FROM: 'Latchkey <accounts@example.com>',
}

/** What turns on events. */
export const EVENTS = { EVENTS_URL: 'https://app.example.com/events', EVENTS_SECRET }

/** The lines of the error for an environment, one for each problem; empty if there is no error. */
export function problemsOf(environment: Record<string, string | undefined>): string[] {
  try {
    readEnvironment(environment)
    return []
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    const [first, ...problems] = error.message.split('\n')
    if (first !== 'Latchkey cannot start:') throw error
    return problems.map((line) => line.trim())
  }
}
