import { env } from '@/server/env'

/** Where people sign in: the path of this app's own page, or the address of another application's. */
export const signInUrl = (): string => env().signInUrl

/** True when the accounts are Latchkey's own, so that it has sessions and a page for the account. */
export const hasOwnAccounts = (): boolean => env().accounts === 'own'
