import { errors, jwtVerify, SignJWT } from 'jose'
import {
  deriveKey,
  digestOf,
  linkTokenOf,
  resetTokenOf,
  type SecretRing,
  sameBytes,
  seedOf,
} from '@/server/core/secrets'
import type { LinkForm } from '@/server/db/schema'

/**
 * The forms of an emailed link, one for each interface that documents its own. Each is derived from the seed of the
 * request. The request's row holds the digest of the token in its form, and one verb accepts them all.
 */

/** The token whose digest is in the request's row: 43 characters, or the 50 inside a JWT. */
export const tokenOf = (form: LinkForm, secret: string, seed: Buffer): string =>
  form === 'jwt' ? resetTokenOf(secret, seed) : linkTokenOf(secret, seed)

/** The secret of the ring that a row was minted with, so that a retry after a rotation sends the same bytes. */
export const secretOf = (ring: SecretRing, row: Omit<MintedLink, 'accountId' | 'expiresAt'> & { tokenHash: Buffer }) =>
  ring.find((secret) => sameBytes(digestOf(tokenOf(row.form, secret, seedOf(row))), row.tokenHash))

/** Encodes an account id as Django does in links: base64url of its text. */
export const encodeUid = (accountId: string): string => Buffer.from(accountId).toString('base64url')

/** The text form of an id, whatever its type in the application. */
const ACCOUNT_ID = /^\P{Cc}{1,255}$/u

/** Decodes the account id in a link, or null when it is not one that `encodeUid` wrote. */
export function decodeUid(uidb64: string): string | null {
  const accountId = Buffer.from(uidb64, 'base64url').toString()
  return ACCOUNT_ID.test(accountId) && encodeUid(accountId) === uidb64 ? accountId : null
}

export interface MintedLink {
  id: string
  seed: Buffer | null
  accountId: string
  form: LinkForm
  expiresAt: Date
}

/**
 * The link of a request, in its form; the same bytes every time.
 * @param appUrl the origin of the link
 * @param secret the secret that the request was minted with
 */
export async function linkOf(appUrl: string, secret: string, minted: MintedLink): Promise<string> {
  const token = tokenOf(minted.form, secret, seedOf(minted))
  switch (minted.form) {
    case 'pages':
      return `${appUrl}/api/accounts/forgot_password?token=${token}`
    case 'views':
      return `${appUrl}/reset-password/${encodeUid(minted.accountId)}/${token}/`
    case 'v1':
      return `${appUrl}/reset-password?token=${token}`
    case 'jwt':
      return `${appUrl}/reset-password?token=${await signLinkJwt(secret, minted, token)}`
  }
}

const jwtKey = (secret: string) => new Uint8Array(deriveKey(secret, 'jwt'))

const signLinkJwt = (secret: string, minted: MintedLink, resetToken: string) =>
  new SignJWT({ user_id: minted.accountId, reset_token: resetToken })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setExpirationTime(minted.expiresAt)
    .sign(jwtKey(secret))

/** The one way to write a JWT with a signature of 32 bytes: no spaces, no padding, no unused bits in the last letter. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]{42}[AEIMQUYcgkosw048]$/

/**
 * Reads an emailed JWT, or null when no secret of the ring has signed it. Only HS256, under a key for this purpose
 * (RFC 8725 §3.1). A valid signature does not yet open anything: the row of `resetToken` decides.
 */
export async function readLinkJwt(
  secrets: SecretRing,
  jwt: string,
): Promise<{ accountId: string; resetToken: string } | null> {
  if (!JWT.test(jwt)) return null
  for (const secret of secrets) {
    try {
      const { payload } = await jwtVerify(jwt, jwtKey(secret), {
        algorithms: ['HS256'],
        typ: 'JWT',
        requiredClaims: ['exp', 'user_id', 'reset_token'],
        currentDate: new Date(0), // The row decides whether the link has expired.
      })
      const { user_id: accountId, reset_token: resetToken } = payload
      if (typeof accountId !== 'string' || !ACCOUNT_ID.test(accountId) || typeof resetToken !== 'string') return null
      return { accountId, resetToken }
    } catch (error) {
      if (!(error instanceof errors.JOSEError || error instanceof TypeError)) throw error
    }
  }
  return null
}
