import type { RecoveryContext } from '@/server/core/context'
import type { Identifier } from '@/server/core/schemas'
import { identifierDigestOf } from '@/server/core/secrets'

/** What strangers may be told of an account: all of it stands here. */

/** What a person is shown to know an account again by. */
export interface AccountPreview {
  email: string
  fullName: string
  /** An address or a path of this app. */
  picture: string
}

export const DEFAULT_PICTURE = '/avatar.svg'

const HIDDEN = '•••'
const DECOY_LETTERS = 'abcdefghijklmnoprstvw'
const DECOY_ENDINGS = ['com', 'com', 'com', 'net', 'org', 'de', 'co.uk', 'fr']

/** `john@mail.example.com` as `j•••@m•••.com`. */
export function maskEmail(email: string): string {
  const [local = '', domain = ''] = email.split('@')
  const labels = domain.split('.')
  const ending = labels.length > 1 ? `.${labels.at(-1)}` : ''
  return `${[...local][0] ?? ''}${HIDDEN}@${[...domain][0] ?? ''}${HIDDEN}${ending}`
}

/**
 * What `conceal` shows for any well-formed account, known or not, without looking anybody up: an address
 * masked from what was typed; for a username a decoy, keyed, that stays the same for that username.
 */
export function concealedPreview(ctx: Pick<RecoveryContext, 'secrets'>, account: Identifier): AccountPreview {
  return {
    email: account.includes('@') ? maskEmail(account) : decoyFor(ctx, account),
    fullName: '',
    picture: DEFAULT_PICTURE,
  }
}

function decoyFor(ctx: Pick<RecoveryContext, 'secrets'>, username: string): string {
  // The oldest secret: a decoy should not change when a new one is put in front.
  const bytes = identifierDigestOf(ctx.secrets.at(-1) as string, `decoy ${username}`)
  const pick = <Value>(values: ArrayLike<Value>, at: number) => values[(bytes[at] ?? 0) % values.length]
  return `${pick(DECOY_LETTERS, 0)}${HIDDEN}@${pick(DECOY_LETTERS, 1)}${HIDDEN}.${pick(DECOY_ENDINGS, 2)}`
}
