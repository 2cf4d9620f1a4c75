import { errors, jwtVerify, SignJWT } from 'jose'
import { deriveKey, linkTokenOf, resetTokenOf, type SecretRing } from '@/server/core/secrets'
import type { LinkForm } from '@/server/db/schema'

/**
 * The forms a mailed link can have, one for each interface that documents its own. All are cut from the same
 * request; a row holds the digest of the token of its own form, and one verb spends them all.
 */

/** The token whose digest the row of a request holds: 43 characters, or the 50 that a JWT carries. */
export const tokenOf = (form: LinkForm, secret: string, id: string): string =>
  form === 'jwt' ? resetTokenOf(secret, id) : linkTokenOf(secret, id)

/** A user id as Django writes it into links: base64url of its text. */
export const encodeUid = (userId: string): string => Buffer.from(userId).toString('base64url')

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The user id in a link, or null for what no link of ours holds. */
export function decodeUid(uidb64: string): string | null {
  const userId = Buffer.from(uidb64, 'base64url').toString()
  return UUID.test(userId) && encodeUid(userId) === uidb64 ? userId : null
}

export interface MintedLink {
  id: string
  userId: string
  form: LinkForm
  expiresAt: Date
}

/** The link of a request in its form; the same to the byte however often it is made. */
export async function linkOf(appUrl: string, secret: string, minted: MintedLink): Promise<string> {
  const token = tokenOf(minted.form, secret, minted.id)
  switch (minted.form) {
    case 'pages':
      return `${appUrl}/api/accounts/forgot_password?token=${token}`
    case 'views':
      return `${appUrl}/reset-password/${encodeUid(minted.userId)}/${token}/`
    case 'v1':
      return `${appUrl}/reset-password?token=${token}`
    case 'jwt':
      return `${appUrl}/reset-password?token=${await signLinkJwt(secret, minted, token)}`
  }
}

const jwtKey = (secret: string) => new Uint8Array(deriveKey(secret, 'jwt'))

const signLinkJwt = (secret: string, minted: MintedLink, resetToken: string) =>
  new SignJWT({ user_id: minted.userId, reset_token: resetToken })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setExpirationTime(minted.expiresAt)
    .sign(jwtKey(secret))

/** The one spelling of a JWT with 32 bytes of signature: no blanks, no padding, no stray last bits. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]{42}[AEIMQUYcgkosw048]$/

/**
 * What a mailed JWT names, or null. HS256 alone, under a key of this purpose (RFC 8725 §3.1); the signature
 * never decides: the row does.
 */
export async function readLinkJwt(
  secrets: SecretRing,
  jwt: string,
): Promise<{ userId: string; resetToken: string } | null> {
  if (!JWT.test(jwt)) return null
  for (const secret of secrets) {
    try {
      const { payload } = await jwtVerify(jwt, jwtKey(secret), {
        algorithms: ['HS256'],
        typ: 'JWT',
        requiredClaims: ['exp', 'user_id', 'reset_token'],
        currentDate: new Date(0), // whether it has expired is for the row to say
      })
      const { user_id: userId, reset_token: resetToken } = payload
      if (typeof userId !== 'string' || !UUID.test(userId) || typeof resetToken !== 'string') return null
      return { userId, resetToken }
    } catch (error) {
      if (!(error instanceof errors.JOSEError || error instanceof TypeError)) throw error
    }
  }
  return null
}
