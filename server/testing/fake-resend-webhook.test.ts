import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Resend } from 'resend'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startWithSdk } from './fake-resend-sdk'

describe('webhooks', () => {
  const event = { type: 'email.bounced', created_at: '2030-01-01T00:00:00.000Z', data: { email_id: 'an id' } }

  /** An endpoint that verifies the raw body with the real SDK and answers 200 or 400. */
  async function startEndpoint(secret: string, sdk: Resend) {
    const ids: unknown[] = []
    const endpoint = createServer(async (req, res) => {
      const chunks: Buffer[] = []
      for await (const chunk of req) chunks.push(chunk)
      const header = (name: string) => String(req.headers[name] ?? '')
      ids.push(req.headers['svix-id'])
      try {
        const verified = sdk.webhooks.verify({
          payload: Buffer.concat(chunks).toString(),
          headers: { id: header('svix-id'), timestamp: header('svix-timestamp'), signature: header('svix-signature') },
          webhookSecret: secret,
        })
        res.end(JSON.stringify(verified))
      } catch (error) {
        res.writeHead(400).end(String(error))
      }
    })
    await once(endpoint.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void endpoint.close())
    return { url: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`, ids }
  }

  it('signs an event so that the real SDK accepts it, also when it is delivered again with the same id', async () => {
    const { resend, sdk } = await startWithSdk()
    const { url, ids } = await startEndpoint(resend.webhookSecret, sdk)
    expect(await (await resend.postWebhook(url, event, { id: 'msg_1' })).json()).toEqual(event)
    expect((await resend.postWebhook(url, JSON.stringify(event, null, 2), { id: 'msg_1' })).status).toBe(200)
    expect(ids).toEqual(['msg_1', 'msg_1'])
  })

  it.each([
    ['a changed body', { tamper: 'body' } as const, 'No matching signature'],
    ["another secret's signature", { tamper: 'signature' } as const, 'No matching signature'],
    ['no signature', { tamper: 'unsigned' } as const, 'Missing required headers'],
    ['an old timestamp', { at: new Date(Date.now() - 6 * 60_000) }, 'too old'],
    ['a future timestamp', { at: new Date(Date.now() + 6 * 60_000) }, 'too new'],
  ])('can deliver %s, which the real SDK refuses', async (_, delivery, reason) => {
    const { resend, sdk } = await startWithSdk()
    const { url } = await startEndpoint(resend.webhookSecret, sdk)
    const response = await resend.postWebhook(url, event, delivery)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(reason)
  })
})
