import { createHmac } from 'node:crypto'
import { RecoveryError } from '@/server/core/errors'
import { type SecretRing, sameBytes } from '@/server/core/secrets'

/**
 * Ties a form to the secret that it was shown for. Any website can make a browser follow a link, which puts another
 * secret into its cookie. Without a binding, a form for one account would then act on another one.
 */

const BINDING_BYTES = 16

const digest = (secret: string, token: string) =>
  createHmac('sha256', secret).update('latchkey form ').update(token).digest().subarray(0, BINDING_BYTES)

/** The binding of a form: 22 characters of base64url, which say nothing about the token and open nothing. */
export const bindingOf = (secrets: SecretRing, token: string): string => digest(secrets[0], token).toString('base64url')

/**
 * Refuses a form that was shown for another secret than the browser holds now.
 * @param token the secret in the browser's cookie
 * @param binding as the form sends it
 * @throws RecoveryError `secret-changed`
 */
export function refuseOtherSecret(secrets: SecretRing, token: string, binding: string): void {
  const given = Buffer.from(binding, 'base64url')
  if (!secrets.some((secret) => sameBytes(digest(secret, token), given))) throw new RecoveryError('secret-changed')
}
