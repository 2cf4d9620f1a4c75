import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Resend } from 'resend'
import { describe, expect, it, onTestFinished } from 'vitest'
import { emailTo, startWithSdk } from './fake-resend-sdk'

describe('waiting', () => {
  it('resolves with an email that was accepted before, and with one that is accepted later', async () => {
    const { resend, sdk } = await startWithSdk()
    const second = resend.waitForEmail(({ subject }) => subject === 'Second')
    await sdk.batch.send([emailTo('ada@example.com', 'First'), emailTo('eve@example.com', 'Second')])
    expect((await second).to).toEqual(['eve@example.com'])
    expect((await resend.waitForEmail(({ subject }) => subject === 'First')).to).toEqual(['ada@example.com'])
  })

  it('fails the wait, not the call, when the condition throws', async () => {
    const { resend, sdk } = await startWithSdk()
    const broken = () => {
      throw new Error('a broken condition')
    }
    const failed = expect(resend.waitForEmail(broken)).rejects.toThrow('a broken condition')
    expect((await sdk.emails.send(emailTo('ada@example.com'))).error).toBeNull()
    await failed
  })

  it('names the accepted emails when the awaited one does not arrive', async () => {
    const { resend, sdk } = await startWithSdk()
    await sdk.emails.send(emailTo('ada@example.com', 'First'))
    await expect(resend.waitForEmail(() => false, 5)).rejects.toThrow('accepted: ada@example.com "First"')
    await expect(resend.waitForCalls(2, undefined, 5)).rejects.toThrow('1 of 2 such calls')
  })
})

describe('as a separate process', () => {
  it('prints its URL, serves the SDK, and lists accepted emails when there are enough', {
    timeout: 60_000,
  }, async () => {
    const file = fileURLToPath(new URL('./fake-resend.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', file, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    onTestFinished(() => void child.kill('SIGKILL'))
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string]

    const waiting = fetch(`${url}/_accepted?to=eve@example.com&count=2&wait=50000`)
    const sdk = new Resend('re_test', { baseUrl: url })
    await sdk.batch.send([emailTo('ada@example.com'), emailTo('eve@example.com', 'First')])
    await sdk.emails.send(emailTo('eve@example.com', 'Second'))
    expect(await (await waiting).json()).toMatchObject([{ subject: 'First' }, { subject: 'Second' }])
    expect(await (await fetch(`${url}/_accepted`)).json()).toHaveLength(3)

    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
  })
})
