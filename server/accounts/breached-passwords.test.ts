import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { splitHash, startRangeApi } from '@/server/testing/range-api'
import { createBreachedPasswords } from './breached-passwords'

const BREACHED = 'a passphrase that leaked'
const FRESH = 'a passphrase that never leaked'
const api = await startRangeApi([BREACHED, 'cafés are open'])
afterAll(api.stop)
afterEach(() => api.answerWith(undefined))

const failures: string[] = []
const create = (url = api.url) => createBreachedPasswords({ url, onFailure: (reason) => void failures.push(reason) })
const lastFailure = () => failures.at(-1)

describe('a look-up', () => {
  it('finds a breached password, in any normal form, and no other', async () => {
    expect(await create().has(BREACHED)).toBe(true)
    expect(await create().has('cafés are open'.normalize('NFD'))).toBe(true)
    expect(await create().has(FRESH)).toBe(false)
    expect(await create(api.url.replace(/\/$/, '')).has(BREACHED)).toBe(true)
    expect(failures).toEqual([])
  })

  it('sends five digits of the hash and asks for padding', async () => {
    await create().has(BREACHED)
    const [digits] = splitHash(BREACHED)
    expect(api.asked.at(-1)).toEqual({ path: `/range/${digits}`, padding: 'true' })
  })

  it('takes padding for no match, also where it has the hash of the password', async () => {
    api.answerWith((_, response) => response.end(`${splitHash(FRESH)[1]}:0\r\n${'A'.repeat(35)}:2\r\n`))
    expect(await create().has(FRESH)).toBe(false)
  })
})

describe('a service that cannot be used refuses no password, and the reason holds no part of the hash', () => {
  const [, rest] = splitHash(BREACHED)
  it.each<[string, Parameters<typeof api.answerWith>[0], string]>([
    ['does not answer', () => {}, 'no answer within a second'],
    ['answers 500', (_, response) => response.writeHead(500).end(), 'status 500'],
    ['answers 404', (_, response) => response.writeHead(404).end(), 'status 404'],
    [
      'answers with a page',
      (_, response) => response.end('<html>sign in to the network</html>'),
      'an answer of another form',
    ],
    ['answers with JSON', (_, response) => response.end(`{"${rest}":1}`), 'an answer of another form'],
    ['answers with nothing', (_, response) => response.end(), 'an empty answer'],
    ['answers without an end', (_, response) => response.write(`${rest}:1\r\n`), 'no answer within a second'],
    [
      'answers with too much',
      (_, response) => response.end(`${rest}:1\r\n`.repeat(60_000)),
      'an answer that is too long',
    ],
    ['closes the connection', ({ socket }) => socket.destroy(), 'UND_ERR_SOCKET'],
    ['resets the connection', ({ socket }) => void socket.resetAndDestroy(), 'ECONNRESET'],
    [
      'breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100000' }).write(`${rest}:1\r\n`)
        setImmediate(() => response.destroy())
      },
      'UND_ERR_SOCKET',
    ],
    [
      'redirects',
      (_, response) => response.writeHead(302, { location: 'https://example.com/' }).end(),
      'the connection failed',
    ],
  ])('%s', async (_, answer, reason) => {
    api.answerWith(answer)
    const startedAt = performance.now()
    expect(await create().has(BREACHED)).toBe(false)
    expect(lastFailure()).toBe(reason)
    expect(performance.now() - startedAt).toBeLessThan(30_000) // it ends; a second on a machine that is not busy
  })

  it('cannot be reached', async () => {
    const closed = await startRangeApi([])
    await closed.stop()
    expect(await create(closed.url).has(BREACHED)).toBe(false)
    expect(lastFailure()).toBe('ECONNREFUSED')
  })
})
