import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, it } from 'vitest'
import { SOCKET_ADDRESS_HEADER } from '@/server/http/client-address'
import { rememberFormClient } from '@/server/http/form-client'
import { PASSWORD } from '@/server/testing/accounts'
import { stubApiEnvironment } from '@/server/testing/api-client'
import { newClientAddress } from '@/server/testing/client-address'
import { createTestDatabase } from '@/server/testing/database'
import { callForForm } from './form-call'

const { url } = await createTestDatabase()
stubApiEnvironment(url)

/** Posts the sign-in form of an unknown account from a browser that may go before it is answered. */
function postSignIn() {
  const request = { headers: { [SOCKET_ADDRESS_HEADER]: newClientAddress() } } as unknown as IncomingMessage
  const response = Object.assign(new EventEmitter(), { writableFinished: false })
  rememberFormClient(request, response as unknown as ServerResponse)
  const outcome = callForForm(new Headers(request.headers as Record<string, string>), new Headers(), (caller) =>
    caller.session.signIn({ account: 'unknown@example.com', password: PASSWORD }),
  )
  return { outcome, response }
}

it('a form is called with the same limits and errors as over HTTP', async () => {
  expect(await postSignIn().outcome).toEqual({ refusal: expect.objectContaining({ reason: 'sign-in-failed' }) })
})

it('the sign-in of a form is dropped when its client goes, as over tRPC', async () => {
  const { outcome, response } = postSignIn()
  response.emit('close')
  expect(await outcome).toEqual({ refusal: expect.objectContaining({ reason: 'busy' }) })
})

it('a client whose form was answered has not gone', async () => {
  const { outcome, response } = postSignIn()
  response.writableFinished = true
  response.emit('close')
  expect(await outcome).toEqual({ refusal: expect.objectContaining({ reason: 'sign-in-failed' }) })
})
