import type { Messages } from './messages'

declare module 'use-intl' {
  interface AppConfig {
    /** Keys and arguments of messages are checked against the English catalogue. */
    Messages: Messages
  }
}
