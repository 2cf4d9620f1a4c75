import { DrizzleQueryError } from 'drizzle-orm/errors'
import pino, { type DestinationStream, type Logger } from 'pino'
import { env } from '@/server/env'

let logger: Logger | undefined

/** The log of this process: one line of JSON per event. Log ids and codes, never bodies, addresses or links. */
export function log(): Logger {
  logger ??= ofProcess(createLog(env().logLevel))
  return logger
}

/** Adds the number of this process to each line, if it is one of several. */
function ofProcess(log: Logger): Logger {
  const { processNumber } = env()
  return processNumber ? log.child({ process: processNumber }) : log
}

/** Creates a log that writes to `destination`, by default to standard output. */
export const createLog = (level: string, destination?: DestinationStream): Logger =>
  pino({ level, base: undefined, serializers: { err: describeError } }, destination)

/** The error's name, message, code and stack. Leaves out the row and the parameters that database errors contain. */
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
