import { ok } from '@/server/contracts/answer'
import { endpoint } from '@/server/contracts/endpoint'
import { requestReset } from '@/server/recovery/request-reset'
import { EMAIL_INVALID, errors, fault } from './errors'
import { requestBody, SENT } from './schema'

const contract = { name: 'initiate', fault, errors }

export const initiateReset = endpoint(contract, {
  async POST({ ctx, body }) {
    const input = requestBody.safeParse(body)
    if (!input.success) return EMAIL_INVALID
    await requestReset(ctx, { account: input.data.email })
    return ok(SENT)
  },
})
