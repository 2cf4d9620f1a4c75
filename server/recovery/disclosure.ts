import type { RecoveryContext } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import type { Identifier } from '@/server/core/schemas'
import { identifierDigestOf } from '@/server/core/secrets'
import { DEFAULT_PICTURE } from '@/server/core/typed-input'

/** What a stranger may learn about an account. The operator chooses `conceal` or `reveal`; this file applies it. */

/** May an answer depend on whether an account exists? */
export const mayReveal = (ctx: Pick<RecoveryContext, 'policy'>): boolean => ctx.policy.disclosure === 'reveal'

/**
 * Refuses an account that does not exist, if the policy allows revealing it.
 * @throws RecoveryError `account-unknown`
 */
export function refuseUnknownAccount(ctx: Pick<RecoveryContext, 'policy'>, exists: boolean): void {
  if (mayReveal(ctx) && !exists) throw new RecoveryError('account-unknown')
}

/** What people are shown so that they recognise their account. */
export interface AccountPreview {
  email: string
  fullName: string
  /** A URL or a path of this app. */
  picture: string
}

const HIDDEN = '•••'
const DECOY_LETTERS = 'abcdefghijklmnoprstvw'
const DECOY_ENDINGS = ['com', 'com', 'com', 'net', 'org', 'de', 'co.uk', 'fr']

/** Masks an email address: `john@mail.example.com` becomes `j•••@m•••.com`. */
export function maskEmail(email: string): string {
  const [local = '', domain = ''] = email.split('@')
  const labels = domain.split('.')
  const ending = labels.length > 1 ? `.${labels.at(-1)}` : ''
  return `${[...local][0] ?? ''}${HIDDEN}@${[...domain][0] ?? ''}${HIDDEN}${ending}`
}

/** Masks the address of a preview for the pages. Under `conceal` it is masked already. */
export const maskPreview = (ctx: Pick<RecoveryContext, 'policy'>, preview: AccountPreview): AccountPreview =>
  mayReveal(ctx) ? { ...preview, email: maskEmail(preview.email) } : preview

/**
 * The preview that `conceal` shows for any well-formed identifier, without looking up an account. An email address
 * is masked. A username gets an address derived from it under APP_SECRET, so that it is the same every time.
 */
export function concealedPreview(ctx: Pick<RecoveryContext, 'secrets'>, account: Identifier): AccountPreview {
  return {
    email: account.includes('@') ? maskEmail(account) : decoyAddress(ctx, account),
    fullName: '',
    picture: DEFAULT_PICTURE,
  }
}

function decoyAddress(ctx: Pick<RecoveryContext, 'secrets'>, username: string): string {
  // Under the oldest secret, so that the address does not change when a new secret is added.
  const bytes = identifierDigestOf(ctx.secrets.at(-1) as string, `decoy ${username}`)
  const pick = <Value>(values: ArrayLike<Value>, at: number) => values[(bytes[at] ?? 0) % values.length]
  return `${pick(DECOY_LETTERS, 0)}${HIDDEN}@${pick(DECOY_LETTERS, 1)}${HIDDEN}.${pick(DECOY_ENDINGS, 2)}`
}
