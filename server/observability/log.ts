import { DrizzleQueryError } from 'drizzle-orm/errors'
import pino, { type DestinationStream, type Logger } from 'pino'
import { env } from '@/server/env'

let logger: Logger | undefined

/** One line of JSON an event. It is given ids and codes, never bodies, addresses or links. */
export function log(): Logger {
  logger ??= createLog(env().logLevel)
  return logger
}

/** A log of its own; to standard output, unless it is given somewhere else to write. */
export const createLog = (level: string, destination?: DestinationStream): Logger =>
  pino({ level, base: undefined, serializers: { err: describeError } }, destination)

/** What failed and where; not the row or the parameters that a database's error brings along. */
function describeError(error: unknown) {
  const cause = error instanceof DrizzleQueryError ? error.cause : error
  if (!(error instanceof Error) || !(cause instanceof Error)) return { type: typeof error }
  const frames = error.stack?.split('\n').filter((line) => /^ {4}at /.test(line))
  return {
    type: cause.name,
    message: cause.message,
    code: 'code' in cause ? cause.code : undefined,
    stack: frames?.join('\n'),
  }
}
