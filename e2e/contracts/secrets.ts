import { expect } from '@playwright/test'
import { encodeUid } from '@/server/recovery/link-forms'
import { send } from './client'
import { inSteps } from './contracts'
import { NEW_PASSWORD, PASSWORD, type World } from './world'

/** A mail's secrets in every form they can be presented in. */
interface Secrets {
  email: string
  uid: string
  /** The token of the mailed link: 43 characters, or a JWT. */
  token: string
  code: string
}

const both = { password: NEW_PASSWORD, again: NEW_PASSWORD }

async function post(world: World, path: string, body: object) {
  const headers = { 'content-type': 'application/json' }
  return world.ask({ from: world.newAddress(), method: 'POST', path, headers, body: JSON.stringify(body) })
}

/** How each contract, and the page, is asked for a mail. */
const ASKED: Record<
  string,
  { form: 'link' | 'jwt'; ask: (world: World, email: string) => Promise<{ status: number }> }
> = {
  accounts: {
    form: 'link',
    ask: (world, email) =>
      world.ask({
        from: world.newAddress(),
        method: 'PUT',
        path: '/api/accounts/forgot_password',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email }),
      }),
  },
  initiate: { form: 'link', ask: (world, email) => post(world, '/initiate_reset_forgotten_password/', { email }) },
  views: { form: 'link', ask: (world, email) => post(world, '/forgot-password/', { email }) },
  jwt: { form: 'jwt', ask: (world, email) => post(world, '/api/auth/forgot-password/', { email }) },
  secure: { form: 'link', ask: (world, email) => post(world, '/secure/reset-password/send/', { account: email }) },
  v1: { form: 'link', ask: (world, email) => post(world, '/api/v1/auth/password-reset-email', { email }) },
  pages: { form: 'link', ask: (world, email) => post(world, '/api/trpc/recovery.request', { account: email }) },
}

/** How a secret is spent: true when the password was changed. */
const SPENT: Record<
  string,
  { takes: ('link' | 'jwt')[]; spend: (world: World, secrets: Secrets) => Promise<boolean> }
> = {
  views: {
    takes: ['link'],
    spend: async (world, { uid, token }) => {
      const body = { new_password: both.password, confirm_password: both.again }
      return (await post(world, `/reset-password/${uid}/${token}/`, body)).status === 200
    },
  },
  jwt: {
    takes: ['jwt'],
    spend: async (world, { token }) => {
      const body = { token, new_password: both.password, confirm_password: both.again }
      return (await post(world, '/api/auth/reset-password/', body)).status === 200
    },
  },
  secure: {
    takes: ['link', 'jwt'],
    spend: async (world, { email, code }) => {
      const { text } = await post(world, '/secure/reset-password/verify/', { account: email, code })
      const { token } = JSON.parse(text) as { token?: string }
      if (!token) return false
      const body = { password: both.password, repassword: both.again }
      return (await post(world, `/secure/reset-password/update/${token}/`, body)).status === 200
    },
  },
  'the page': {
    takes: ['link', 'jwt'],
    spend: async (world, { token }) => {
      const opened = await send(world.url, { method: 'GET', path: `/reset-password?token=${token}` })
      const answer = await world.ask({
        from: world.newAddress(),
        method: 'POST',
        path: '/api/trpc/recovery.resetPassword',
        headers: { 'content-type': 'application/json', cookie: opened.headers['set-cookie']?.split(';')[0] as string },
        body: JSON.stringify({ password: both.password, confirmPassword: both.again }),
      })
      return answer.status === 200
    },
  },
}

async function mailed(world: World, contract: string): Promise<Secrets> {
  const { email } = (await world.newStory()) as { email: string }
  expect((await ASKED[contract]?.ask(world, email))?.status).toBe(200)
  const [mail] = await world.mailsTo(email)
  const [, , token] = /(token=|\/reset-password\/[\w-]+\/)([\w.-]+)/.exec(mail?.text ?? '') ?? []
  const [user] = await world.sql`select id from users where email = ${email}`
  const code = /^\s*(\d{6})\s*$/m.exec(mail?.text ?? '')?.[1]
  return { email, uid: encodeUid(user?.id as string), token: token as string, code: code as string }
}

const signsIn = async (world: World, account: string, password: string) =>
  (await post(world, '/api/trpc/session.signIn', { account, password })).status === 200

/** A secret of each contract, through every other one where its form allows it: once, then all its forms are dead. */
export async function spendsEachSecretOnce(world: World): Promise<void> {
  const pairs = Object.keys(ASKED).flatMap((contract) => Object.keys(SPENT).map((way) => ({ contract, way })))
  await inSteps(
    pairs,
    ({ contract, way }) => `mailed by ${contract}, spent through ${way}`,
    async ({ contract, way }) => {
      const secrets = await mailed(world, contract)
      const allowed = SPENT[way]?.takes.includes(ASKED[contract]?.form as 'link') as boolean
      const what = `${contract} through ${way}`
      expect(await SPENT[way]?.spend(world, secrets), what).toBe(allowed)
      expect(await signsIn(world, secrets.email, NEW_PASSWORD), what).toBe(allowed)
      expect(await signsIn(world, secrets.email, PASSWORD), what).toBe(!allowed)
      if (!allowed) return
      for (const [other, { spend }] of Object.entries(SPENT)) {
        expect(await spend(world, secrets), `${what}, then through ${other}`).toBe(false)
      }
    },
  )
}

/** A secret is good for what it was made for, and for nothing else. */
export async function takesNoSecretForAnother(world: World): Promise<void> {
  const link = await mailed(world, 'views')
  const other = await mailed(world, 'views')
  const granted = await mailed(world, 'secure')
  const { text } = await post(world, '/secure/reset-password/verify/', { account: granted.email, code: granted.code })
  const { token: grant } = JSON.parse(text) as { token: string }

  expect(await SPENT.views?.spend(world, { ...other, token: link.token }), 'another uid').toBe(false)
  expect(await SPENT.views?.spend(world, { ...granted, token: grant }), 'a grant as a link').toBe(false)
  expect(await SPENT.jwt?.spend(world, { ...granted, token: grant }), 'a grant as a JWT').toBe(false)
  expect(await SPENT.jwt?.spend(world, link), 'a link as a JWT').toBe(false)
  const update = `/secure/reset-password/update/${link.token}/`
  expect((await world.ask({ from: world.newAddress(), method: 'GET', path: update })).status, 'a link as a grant').toBe(
    400,
  )
  for (const token of [grant, link.token]) {
    const answer = await world.ask({
      from: world.newAddress(),
      method: 'PUT',
      path: '/api/accounts/forgot_password',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(answer.status, 'a secret as a session').toBe(401)
  }
  expect(await SPENT.views?.spend(world, link), 'and still good').toBe(true)
}
