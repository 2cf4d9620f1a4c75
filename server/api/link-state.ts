import { z } from 'zod'
import { maxPasswordLength } from '@/server/accounts/password-policy'
import { asDeadSecretCode, RecoveryError } from '@/server/core/errors'
import { type HeldSecret, heldSecret } from '@/server/http/reset-cookie'
import { type PresentedSecret, presentedSecret } from '@/server/recovery/find-live-secret'
import { isBoundToAccount, isBoundToToken } from '@/server/recovery/form-binding'
import { showResetForm } from '@/server/recovery/show-reset-form'
import type { ApiContext } from './context'
import { flowOf } from './flow-of'
import { deadSecretCode, formBinding, seconds, time } from './output'

/** The link or grant in the reset cookie: what the form is told about it, and how the form presents it. */

/** Refusals that leave the secret as it is, so that it may work later. */
const REFUSED = ['too-many-requests', 'account-frozen', 'recovery-paused', 'codes-paused', 'links-paused'] as const

export const linkStateOutput = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('live'),
    secret: z.enum(['grant', 'link']),
    account: z.string().meta({ description: 'The masked address of the account.' }),
    typedAccount: z.string().nullable().meta({
      description:
        'The account as it was typed in this browser to request this link or code; null in any other browser.',
    }),
    binding: formBinding,
    passwordMinLength: z.int(),
    passwordMaxLength: z.int(),
    expiresAt: time,
  }),
  z.object({ state: z.literal('missing') }),
  z.object({ state: z.enum(REFUSED), retryAfterSeconds: seconds.optional() }),
  z.object({ state: deadSecretCode }),
])

type LinkState = z.infer<typeof linkStateOutput>

const present = ({ token, accountId }: HeldSecret): PresentedSecret => {
  const presented = presentedSecret(token)
  return presented.kind === 'link' && accountId !== undefined ? { ...presented, accountId } : presented
}

/** What the reset page shows. Looks the secret up, and spends nothing. */
export async function readLinkState(ctx: ApiContext): Promise<LinkState> {
  const held = heldSecret(ctx.headers)
  if (!held) return { state: 'missing' }
  const wait = Math.ceil(((held.waitUntil ?? 0) - ctx.recovery.now.getTime()) / 1000)
  if (wait > 0) return { state: 'too-many-requests', retryAfterSeconds: wait }
  const presented = present(held)
  const flow = flowOf(ctx)
  try {
    const { expiresAt, account, requestId, binding } = await showResetForm(ctx.recovery, presented)
    return {
      state: 'live',
      secret: presented.kind === 'grant' ? 'grant' : 'link',
      account,
      typedAccount: flow?.requestId === requestId ? flow.account : null,
      binding,
      passwordMinLength: ctx.recovery.policy.passwordMinLength,
      passwordMaxLength: maxPasswordLength(ctx.recovery.policy),
      expiresAt: expiresAt.toISOString(),
    }
  } catch (error) {
    return stateOf(error)
  }
}

function stateOf(error: unknown): LinkState {
  if (!(error instanceof RecoveryError)) throw error
  const { code, details } = error
  const refused = REFUSED.find((state) => state === code)
  if (refused) return { state: refused, retryAfterSeconds: details.retryAfterSeconds }
  const dead = code === 'account-unknown' ? 'link-unknown' : asDeadSecretCode(code)
  if (!dead) throw error
  return { state: dead }
}

/**
 * The secret in the reset cookie, for a form that was shown for it, or for another secret of its account. Other
 * websites can put a link into the cookie, so the form of a link must be bound. A grant gets there only when this
 * browser enters a code, so programs that enter one need no binding.
 * @throws RecoveryError `secret-changed`; as `showResetForm` if the browser holds another secret than the form's
 */
export async function boundSecret(ctx: ApiContext, binding: string | undefined): Promise<PresentedSecret> {
  const held = heldSecret(ctx.headers)
  if (!held && binding === undefined) return presentedSecret('')
  if (!held) throw new RecoveryError('secret-changed')
  const presented = present(held)
  if (binding === undefined && presented.kind === 'grant') return presented
  const { secrets } = ctx.recovery
  if (isBoundToToken(secrets, binding ?? '', held.token)) return presented
  const accountId = await accountOf(ctx, presented)
  if (accountId === null || !isBoundToAccount(secrets, binding ?? '', accountId)) {
    throw new RecoveryError('secret-changed')
  }
  return presented
}

/** The account of a live secret, or null. */
async function accountOf(ctx: ApiContext, presented: PresentedSecret): Promise<string | null> {
  try {
    return (await showResetForm(ctx.recovery, presented)).accountId
  } catch (error) {
    if (!(error instanceof RecoveryError)) throw error
    if (error.code === 'account-unknown' || asDeadSecretCode(error.code)) return null
    throw error
  }
}
