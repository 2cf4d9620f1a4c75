import { findSession } from '@/server/accounts/sessions'
import { ok } from '@/server/contracts/answer'
import { endpoint } from '@/server/contracts/endpoint'
import { followMailedLink } from '@/server/contracts/mailed-link'
import type { RecoveryContext } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { bearerTokenOf } from '@/server/http/bearer-token'
import { requestReset } from '@/server/recovery/request-reset'
import { EMAIL_INVALID, errors, fault } from './errors'
import { askBody, SENT } from './schema'

export const contract = { name: 'accounts', fault, errors }

export const forgotPassword = endpoint(contract, {
  /** Mails a link: to the account of `email`, or without one to whoever is signed in. */
  async PUT({ ctx, headers, body }) {
    const asked = askBody.safeParse(body)
    if (!asked.success) return EMAIL_INVALID
    const { email } = asked.data
    await requestReset(ctx, email ? { account: email } : await signedInAccount(ctx, headers))
    return ok(SENT)
  },

  /** The link in the mails that the pages send. */
  async GET({ ctx, headers, query }) {
    const [token = '', ...more] = query.getAll('token')
    return followMailedLink({ ctx, headers }, { kind: 'link', token: more.length === 0 ? token : '' })
  },
})

async function signedInAccount(ctx: RecoveryContext, headers: Headers) {
  const session = await findSession(ctx, bearerTokenOf(headers) ?? '')
  if (!session) throw new RecoveryError('not-signed-in')
  return { userId: session.userId, email: session.email }
}
