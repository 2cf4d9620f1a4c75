import { ok } from '@/server/contracts/answer'
import { endpoint } from '@/server/contracts/endpoint'
import { requestReset } from '@/server/recovery/request-reset'
import { EMAIL_INVALID, errors, fault } from './errors'
import { askBody, SENT } from './schema'

export const contract = { name: 'initiate', fault, errors }

export const initiateReset = endpoint(contract, {
  async POST({ ctx, body }) {
    const asked = askBody.safeParse(body)
    if (!asked.success) return EMAIL_INVALID
    await requestReset(ctx, { account: asked.data.email })
    return ok(SENT)
  },
})
