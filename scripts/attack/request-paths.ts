import type { Answer, HttpClient, Sent } from './http-client'

/** A path that asks for an email. */
export interface RequestPath {
  name: string
  method: 'POST' | 'PUT'
  path: string
  /** The field that names the account. */
  field: 'account' | 'email'
}

/** Every path that asks for an email, of all contracts and of the pages. */
export const REQUEST_PATHS: readonly RequestPath[] = [
  { name: 'jwt', method: 'POST', path: '/api/auth/forgot-password/', field: 'email' },
  { name: 'the pages', method: 'POST', path: '/api/trpc/recovery.request', field: 'account' },
  { name: 'accounts', method: 'PUT', path: '/api/accounts/forgot_password', field: 'email' },
  { name: 'initiate', method: 'POST', path: '/initiate_reset_forgotten_password/', field: 'email' },
  { name: 'views', method: 'POST', path: '/forgot-password/', field: 'email' },
  { name: 'secure', method: 'POST', path: '/secure/reset-password/send/', field: 'account' },
  { name: 'v1', method: 'POST', path: '/api/v1/auth/password-reset-email', field: 'email' },
]

export const JWT_PATH = REQUEST_PATHS[0] as RequestPath

/** Asks for an email to an account. */
export const askAt = (
  client: HttpClient,
  { method, path, field }: RequestPath,
  account: unknown,
  headers?: Sent['headers'],
): Promise<Answer> => client.sendJson(method, path, { [field]: account }, headers)

/** Every other path that changes something, with a body that changes nothing. */
export const OTHER_WRITES: readonly { method: 'POST'; path: string; body: object }[] = [
  { method: 'POST', path: '/api/trpc/recovery.verifyCode', body: { code: 'x' } },
  { method: 'POST', path: '/api/trpc/recovery.resetPassword', body: {} },
  { method: 'POST', path: '/api/trpc/recovery.secureAccount', body: {} },
  { method: 'POST', path: '/api/trpc/recovery.stopEmails', body: {} },
  { method: 'POST', path: '/api/trpc/recovery.allowEmails', body: {} },
  { method: 'POST', path: '/api/trpc/session.signIn', body: {} },
  { method: 'POST', path: '/api/trpc/session.signOut', body: {} },
  { method: 'POST', path: '/api/trpc/account.requestReset', body: {} },
  { method: 'POST', path: '/api/trpc/account.endOtherSessions', body: {} },
  { method: 'POST', path: '/api/auth/reset-password/', body: {} },
  { method: 'POST', path: '/reset-password/MQ/x/', body: {} },
  { method: 'POST', path: '/secure/reset-password/verify/', body: {} },
]
