import { expect } from '@playwright/test'
import type { Answered, Exchange, Story } from '@/e2e/contracts/scenarios/scenario'
import type { Received } from './client'
import { fill, fillAll, type Known, matches } from './template'
import type { World } from './world'

/** Plays a story to its end; each of its requests comes from another address. */
export async function play(world: World, story: Story): Promise<void> {
  const known = await world.newStory()
  let mails = 0
  for (const step of story.steps) {
    if ('send' in step) await exchange(world, known, step)
    else if ('later' in step) await world.pass(step.later)
    else if ('signIn' in step) await signIn(world, known, fill(step.signIn, known), step.fails ?? false)
    else {
      const sent = await world.mailsTo(known.email as string)
      const nobody = await world.mailsTo(known.nobody as string)
      expect(sent.length + nobody.length, 'mails so far').toBe('mail' in step ? mails + 1 : mails)
      mails = sent.length
      if ('mail' in step) learnFrom(sent.at(-1)?.text ?? '', step.mail, known)
    }
  }
}

async function exchange(world: World, known: Known, step: Exchange) {
  const answered = step.get ?? step[world.disclosure]
  if (!answered) throw new Error(`${step.send}: no answer for ${world.disclosure}`)
  const [method = '', path = ''] = fill(step.send, known).split(/ (.*)/s)
  const headers: Record<string, string> = fillAll(step.headers ?? {}, known)
  let body: string | undefined
  if (step.body !== undefined) {
    body = typeof step.body === 'string' ? step.body : JSON.stringify(fillAll(step.body, known))
    headers['content-type'] ??= 'application/json'
  }
  const received = await world.ask({
    from: world.newAddress(),
    method,
    path,
    headers,
    ...(body === undefined ? {} : { body }),
  })
  expectAnswer(received, answered, known, `${step.send} ${body ?? ''}`, method)
}

/** Headers that an answer has when it is told to, and never else. */
const TOLD = ['location', 'set-cookie', 'allow', 'www-authenticate', 'access-control-allow-origin']

/** Holds an answer to what was documented: status, body to the byte, and every header that matters. */
export function expectAnswer(
  received: Received,
  [status, body, headers = {}]: Answered,
  known: Known,
  what: string,
  method = 'POST',
) {
  expect({ status: received.status, text: received.text }, what).toMatchObject({ status })
  const text = body && method !== 'HEAD' ? JSON.stringify(body) : ''
  const same = matches(received.text, text, known, '[^"]+')
  expect(same ? 'as documented' : received.text, what).toBe(same ? 'as documented' : fill(text, known))
  for (const name of TOLD) {
    const expected = headers[name]
    if (expected === undefined) expect(received.headers[name], `${what}: ${name}`).toBeUndefined()
    else expect(received.headers[name], `${what}: ${name}`).toBe(fill(expected, known))
  }
  expectCommon(received, what)
}

/** Holds an answer to what every answer of a contract has. */
export function expectCommon({ status, headers }: Received, what: string) {
  const { 'content-type': type, 'retry-after': wait, 'x-request-id': id } = headers
  expect(headers, what).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': expect.stringContaining("base-uri 'none'"),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  expect(id, `${what}: x-request-id`).toMatch(/^[0-9a-f-]{36}$/)
  expect(type ?? 'none', `${what}: content-type`).toBe(status === 307 ? 'none' : 'application/json')
  if (status === 429 || status === 503) expect(wait, `${what}: retry-after`).toMatch(/^[1-9]\d*$/)
  else expect(wait, `${what}: retry-after`).toBeUndefined()
}

function learnFrom(mail: string, template: string, known: Known) {
  const links = mail.match(/https?:\/\/\S+/g) ?? []
  for (const name of ['token', 'uid', 'header', 'payload', 'signature', 'code']) delete known[name]
  expect(
    links.filter((link) => matches(link, template, known)),
    `one link like ${template} in the mail`,
  ).toHaveLength(1)
  known.code = /^\s*(\d{6})\s*$/m.exec(mail)?.[1] ?? ''
  expect(known.code, 'the code in the mail').not.toBe('')
}

async function signIn(world: World, known: Known, password: string, fails: boolean) {
  const session = await world.signIn(known.email as string, password)
  expect(session === '', `refused to sign in with ${password}`).toBe(fails)
  if (!fails) known.session = session
}
