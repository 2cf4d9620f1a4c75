import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import path from 'node:path'
import { env } from '@/server/env'
import { isCrossSite, MAX_BODY_BYTES } from './request-guard'

/**
 * Forms that browsers post without JavaScript. Next.js runs a server action for them. It answers 500 or logs a stack for
 * a post that it cannot read, so `proxy.ts` lets only those through that the forms of this build produce.
 */

/** The pages whose forms work without JavaScript. */
const FORM_PAGES: ReadonlySet<string> = new Set([
  '/sign-in',
  '/forgot-password',
  '/forgot-password/code',
  '/reset-password',
  '/account',
  '/secure-account',
  '/stop-emails',
])

/** What was typed into a form of another build, for the page that is shown again. Set by `proxy.ts` only. */
export const OUTDATED_FORM_HEADER = 'x-latchkey-outdated-form'

/** The path of a request target, without its query and the slash at its end. */
export const pageOf = (target = ''): string => (target.split(/[?#]/)[0] ?? '').replace(/\/$/, '')

/** Whether a request has the method, path and content type of such a post. */
export const isFormPost = (method = '', target = '', contentType: string | null = ''): boolean =>
  method === 'POST' && /^multipart\/form-data\s*;/i.test(contentType ?? '') && FORM_PAGES.has(pageOf(target))

/** The path that answers forms that are too large to read. */
const TOO_LARGE_PATH = '/api/form-too-large'

/**
 * Routes a form to `formTooLarge` if it is over 16 KiB or has no Content-Length, which browsers always send. Called
 * before Next.js reads any of it.
 */
export function refuseUnsizedForm(request: IncomingMessage): void {
  const size = Number(request.headers['content-length'] ?? Number.NaN)
  if (size <= MAX_BODY_BYTES) return
  request.headers = { host: request.headers.host }
  request.method = 'GET'
  request.url = TOO_LARGE_PATH
}

const plainText = (status: number, text: string) =>
  new Response(`${text}\n`, { status, headers: { 'cache-control': 'no-store', 'content-type': 'text/plain' } })

/** `GET /api/form-too-large`: the answer to a form over 16 KiB. */
export const formTooLarge = (): Response => plainText(413, 'The form is larger than 16 KiB. Enter less text.')

const MALFORMED = 'The form could not be read. Go back, reload the page and try again.'

/** What a form of a page holds, or why it is refused. */
export type FormPost =
  | { kind: 'form' }
  | { kind: 'outdated'; values: Record<string, string> } // from a page of another build
  | { kind: 'other'; refusal: Response } // not a form of these pages
  | { kind: 'refused'; refusal: Response }

/**
 * Reads a post for which `isFormPost` is true.
 * @param request its body is read
 */
export async function readFormPost(request: Request): Promise<FormPost> {
  if (isCrossSite(request.headers)) {
    return refused(403, 'Forms of other websites are refused. Open the page on this website and try again.')
  }
  const form = await request.formData().catch(() => null)
  const fields = form && textsOf(form)
  const actions = [...(fields?.keys() ?? [])].filter((name) => name.startsWith(ACTION_REFERENCE))
  if (!fields || actions.length === 0) return { ...refused(400, MALFORMED), kind: 'other' }
  const id = actions.length === 1 ? actionIdOf(fields, actions[0]?.slice(ACTION_REFERENCE.length) ?? '') : null
  if (id === null) return refused(400, MALFORMED)
  if (isKnownAction(id, pageOf(new URL(request.url).pathname))) return { kind: 'form' }
  return { kind: 'outdated', values: keptValues(fields) }
}

const refused = (status: number, text: string) => ({ kind: 'refused' as const, refusal: plainText(status, text) })

/** The fields of a form, or null if it holds a file, a field twice or too many fields. */
function textsOf(form: FormData): Map<string, string> | null {
  const texts = new Map<string, string>()
  for (const [name, value] of form) {
    if (typeof value !== 'string' || texts.size > 30) return null
    // The code page has a second field for browsers without JavaScript.
    if (texts.has(name) && name !== 'code') return null
    texts.set(name, value)
  }
  return texts
}

/** React names the action of a form in the fields `$ACTION_REF_1`, `$ACTION_1:0` and `$ACTION_1:1`. */
const ACTION_REFERENCE = '$ACTION_REF_'
const ACTION = /^\{"id":"([0-9a-f]{42})","bound":"\$@1"\}$/
const ACTION_FIELD = /^\$ACTION_(?:REF_\w{1,8}|\w{1,8}:[01]|KEY)$/

/** The id of the action that a form calls, or null if React could not read its description. */
function actionIdOf(fields: Map<string, string>, number: string): string | null {
  for (const name of fields.keys()) if (name.startsWith('$') && !ACTION_FIELD.test(name)) return null
  const id = ACTION.exec(fields.get(`$ACTION_${number}:0`) ?? '')?.[1]
  return id && isPlainState(fields.get(`$ACTION_${number}:1`) ?? '') ? id : null
}

/** Whether the state that React wrote into a form is plain JSON, without references to other parts of the form. */
function isPlainState(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) && parsed.length === 1 && isPlain(parsed, 0)
  } catch {
    return false
  }
}

function isPlain(value: unknown, depth: number): boolean {
  if (depth > 6) return false
  if (typeof value === 'string') return !value.startsWith('$') || value.startsWith('$$') || value === '$undefined'
  if (typeof value !== 'object' || value === null) return true
  if (Object.hasOwn(value, '__proto__')) return false
  return Object.values(value).every((part) => isPlain(part, depth + 1))
}

/** The values to show again in the form of another build. Never a password or a code. */
function keptValues(fields: Map<string, string>): Record<string, string> {
  const account = fields.get('account')
  return account === undefined ? {} : { account: account.slice(0, 300) }
}

type Manifest = { node: Record<string, { workers: Record<string, unknown> }> }

let manifest: Manifest | undefined

/** Whether this build has the action on the page. Hot reload changes the actions, so development accepts any. */
function isKnownAction(id: string, page: string): boolean {
  if (env().development) return true
  manifest ??= JSON.parse(
    readFileSync(path.join(process.cwd(), '.next', 'server', 'server-reference-manifest.json'), 'utf8'),
  ) as Manifest
  return Object.hasOwn(manifest.node[id]?.workers ?? {}, `app${page}/page`)
}
