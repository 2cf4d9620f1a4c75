import { ok } from '@/server/contracts/answer'
import { endpoint } from '@/server/contracts/endpoint'
import { followMailedLink } from '@/server/contracts/mailed-link'
import type { RecoveryContext } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { bearerTokenOf } from '@/server/http/bearer-token'
import { currentSession } from '@/server/http/current-session'
import { requestReset } from '@/server/recovery/request-reset'
import { EMAIL_INVALID, errors, fault } from './errors'
import { requestBody, SENT } from './schema'

const contract = { name: 'accounts', fault, errors }

export const forgotPassword = endpoint(contract, {
  /** Requests a link for the account of `email`. Without `email`, for the account that is signed in. */
  async PUT({ ctx, headers, body }) {
    const input = requestBody.safeParse(body)
    if (!input.success) return EMAIL_INVALID
    const { email } = input.data
    await requestReset(ctx, email ? { account: email } : await signedInAccount(ctx, headers))
    return ok(SENT)
  },

  /** The link in the emails that the pages send. */
  async GET({ ctx, headers, query }) {
    const [token = '', ...more] = query.getAll('token')
    return followMailedLink({ ctx, headers }, { kind: 'link', token: more.length === 0 ? token : '' })
  },
})

async function signedInAccount(ctx: RecoveryContext, headers: Headers) {
  const session = await currentSession(ctx, bearerTokenOf(headers))
  if (!session) throw new RecoveryError('not-signed-in')
  return { accountId: session.accountId, email: session.email }
}
