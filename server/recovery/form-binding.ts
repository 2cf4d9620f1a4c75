import { createHmac } from 'node:crypto'
import { RecoveryError } from '@/server/core/errors'
import { type SecretRing, sameBytes } from '@/server/core/secrets'

/**
 * Ties a form to the secret that it was shown for, and to the secret's account. Any website can make a browser follow
 * a link, which puts another secret into its cookie. Without a binding, a form would then act on another account.
 */

const DIGEST_BYTES = 16

const digest = (secret: string, bound: string) =>
  createHmac('sha256', secret).update(`latchkey form ${bound}`).digest().subarray(0, DIGEST_BYTES)

const ofToken = (token: string) => `token ${token}`
const ofAccount = (accountId: string) => `account ${accountId}`

/** The binding of a form: one or two digests of 22 characters. They say nothing about the secret, and open nothing. */
export const bindingOf = (secrets: SecretRing, { token, accountId }: { token: string; accountId?: string }): string =>
  [ofToken(token), ...(accountId === undefined ? [] : [ofAccount(accountId)])]
    .map((bound) => digest(secrets[0], bound).toString('base64url'))
    .join('.')

const binds = (secrets: SecretRing, given: string, bound: string) =>
  secrets.some((secret) => sameBytes(digest(secret, bound), Buffer.from(given, 'base64url')))

/** Whether a form was shown for this secret. */
export const isBoundToToken = (secrets: SecretRing, binding: string, token: string): boolean =>
  binds(secrets, binding.split('.')[0] ?? '', ofToken(token))

/** Whether a form was shown for a secret of this account. */
export const isBoundToAccount = (secrets: SecretRing, binding: string, accountId: string): boolean =>
  binds(secrets, binding.split('.')[1] ?? '', ofAccount(accountId))

/**
 * Refuses a form that was shown for another secret than the browser holds now.
 * @param binding as the form sends it
 * @throws RecoveryError `secret-changed`
 */
export function refuseOtherToken(secrets: SecretRing, binding: string, token: string): void {
  if (!isBoundToToken(secrets, binding, token)) throw new RecoveryError('secret-changed')
}
