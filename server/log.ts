import pino, { type Logger } from 'pino'
import { env } from './env'

let logger: Logger | undefined

/** One line of JSON an event. It is given ids and codes, never bodies, addresses or links. */
export function log(): Logger {
  logger ??= pino({ level: env().logLevel, base: undefined })
  return logger
}
