import { expect } from '@playwright/test'
import { NEW_PASSWORD, PASSWORD } from '@/e2e/accounts'
import { codeIn } from '@/e2e/mailbox'
import { encodeUid } from '@/server/recovery/link-forms'
import type { ContractApp } from './contract-app'
import { send } from './http-client'
import { testEach } from './load-scenarios'

/** The secrets of one email, in every form in which they can be presented. */
interface EmailedSecrets {
  email: string
  uid: string
  /** The token of the link: 43 characters, or a JWT. */
  token: string
  code: string
}

type LinkForm = 'link' | 'jwt'

const FORGOT_PASSWORD = '/api/accounts/forgot_password'

/** How each contract, and the page, requests an email, and which form its link has. */
const REQUESTS: Record<string, { form: LinkForm; method?: 'PUT'; path: string; field: 'email' | 'account' }> = {
  accounts: { form: 'link', method: 'PUT', path: FORGOT_PASSWORD, field: 'email' },
  initiate: { form: 'link', path: '/initiate_reset_forgotten_password/', field: 'email' },
  views: { form: 'link', path: '/forgot-password/', field: 'email' },
  jwt: { form: 'jwt', path: '/api/auth/forgot-password/', field: 'email' },
  secure: { form: 'link', path: '/secure/reset-password/send/', field: 'account' },
  v1: { form: 'link', path: '/api/v1/auth/password-reset-email', field: 'email' },
  pages: { form: 'link', path: '/api/trpc/recovery.request', field: 'account' },
}

/** Changes the password through one contract; true when that succeeded. */
type ChangePassword = (app: ContractApp, secrets: EmailedSecrets) => Promise<boolean>

const byViews: ChangePassword = async (app, { uid, token }) => {
  const body = { new_password: NEW_PASSWORD, confirm_password: NEW_PASSWORD }
  return (await app.sendJson('POST', `/reset-password/${uid}/${token}/`, body)).status === 200
}

const byJwt: ChangePassword = async (app, { token }) => {
  const body = { token, new_password: NEW_PASSWORD, confirm_password: NEW_PASSWORD }
  return (await app.sendJson('POST', '/api/auth/reset-password/', body)).status === 200
}

const bySecure: ChangePassword = async (app, secrets) => {
  const grant = await verifyCode(app, secrets)
  if (!grant) return false
  const body = { password: NEW_PASSWORD, repassword: NEW_PASSWORD }
  return (await app.sendJson('POST', `/secure/reset-password/update/${grant}/`, body)).status === 200
}

const byPage: ChangePassword = async (app, { token }) => {
  const opened = await send(app.url, { method: 'GET', path: `/reset-password?token=${token}` })
  const cookie = opened.headers['set-cookie']?.split(';')[0] as string
  const shown = await send(app.url, { method: 'GET', path: '/api/trpc/recovery.linkState', headers: { cookie } })
  const { binding } = JSON.parse(shown.text).result.data
  const body = { password: NEW_PASSWORD, confirmPassword: NEW_PASSWORD, binding }
  return (await app.sendJson('POST', '/api/trpc/recovery.resetPassword', body, { cookie })).status === 200
}

/** Every way to change a password, and the forms of link whose email it accepts. */
const CHANGES: Record<string, { accepts: LinkForm[]; change: ChangePassword }> = {
  views: { accepts: ['link'], change: byViews },
  jwt: { accepts: ['jwt'], change: byJwt },
  secure: { accepts: ['link', 'jwt'], change: bySecure },
  'the page': { accepts: ['link', 'jwt'], change: byPage },
}

/** The 60-character grant for a right code; undefined for a wrong one. */
async function verifyCode(app: ContractApp, { email, code }: EmailedSecrets) {
  const { text } = await app.sendJson('POST', '/secure/reset-password/verify/', { account: email, code })
  return (JSON.parse(text) as { token?: string }).token
}

async function requestSecrets(app: ContractApp, contract: string): Promise<EmailedSecrets> {
  const { email } = await app.newAccount()
  const { method = 'POST', path, field } = REQUESTS[contract] as (typeof REQUESTS)[string]
  expect((await app.sendJson(method, path, { [field]: email })).status).toBe(200)
  const [received] = await app.resetEmailsTo(email)
  if (!received) throw new Error(`${contract} sent no email`)
  const [, , token] = /(token=|\/reset-password\/[\w-]+\/)([\w.-]+)/.exec(received.text) ?? []
  const [user] = await app.sql`select id::text from latchkey.accounts where email = ${email}`
  return { email, uid: encodeUid(user?.id as string), token: token as string, code: codeIn(received) }
}

const canSignIn = async (app: ContractApp, account: string, password: string) =>
  (await app.signIn(account, password)) !== ''

/**
 * Spends an email of each contract through every contract. It changes the password where that contract accepts its
 * form of link; afterwards the email works through none of them.
 */
export async function spendsEachSecretOnce(app: ContractApp): Promise<void> {
  const pairs = Object.entries(REQUESTS).flatMap(([contract, { form }]) =>
    Object.entries(CHANGES).map(([way, { accepts, change }]) => ({
      title: `emailed by ${contract}, spent through ${way}`,
      contract,
      change,
      accepted: accepts.includes(form),
    })),
  )
  await testEach(
    pairs,
    ({ title }) => title,
    async ({ title, contract, change, accepted }) => {
      const secrets = await requestSecrets(app, contract)
      expect(await change(app, secrets), title).toBe(accepted)
      expect(await canSignIn(app, secrets.email, NEW_PASSWORD), title).toBe(accepted)
      expect(await canSignIn(app, secrets.email, PASSWORD), title).toBe(!accepted)
      if (!accepted) return
      for (const [other, { change: changeAgain }] of Object.entries(CHANGES)) {
        expect(await changeAgain(app, secrets), `${title}, then through ${other}`).toBe(false)
      }
    },
  )
}

/** A secret works for its own purpose and account only. */
export async function acceptsNoSecretForAnotherPurpose(app: ContractApp): Promise<void> {
  const link = await requestSecrets(app, 'views')
  const other = await requestSecrets(app, 'views')
  const granted = await requestSecrets(app, 'secure')
  const grant = (await verifyCode(app, granted)) as string

  expect(await byViews(app, { ...other, token: link.token }), 'a link with another uid').toBe(false)
  expect(await byViews(app, { ...granted, token: grant }), 'a grant as a link').toBe(false)
  expect(await byJwt(app, { ...granted, token: grant }), 'a grant as a JWT').toBe(false)
  expect(await byJwt(app, link), 'a link as a JWT').toBe(false)
  const update = `/secure/reset-password/update/${link.token}/`
  expect((await app.request({ method: 'GET', path: update })).status, 'a link as a grant').toBe(400)
  for (const token of [grant, link.token]) {
    const headers = { authorization: `Bearer ${token}` }
    const response = await app.request({ method: 'PUT', path: FORGOT_PASSWORD, headers })
    expect(response.status, 'a secret as a session').toBe(401)
  }
  expect(await byViews(app, link), 'the link still works').toBe(true)
}
