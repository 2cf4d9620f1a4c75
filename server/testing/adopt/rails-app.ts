import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import getPort from 'get-port'
import { inject, vi } from 'vitest'
import { ROOT } from '@/scripts/environment'
import { stopGroup } from '@/scripts/processes'
import type {} from '@/server/testing/global-setup' // the type of what it provides

export interface RailsApp {
  /** Runs the app's migrations on a database. */
  migrate(databaseUrl: string): Promise<void>
  /** Serves the app on a free port. */
  serve(databaseUrl: string, options?: { pepper?: string }): Promise<RailsServer>
  remove(): Promise<void>
}

export interface RailsServer {
  /** The origin, without a trailing slash. */
  url: string
  stop(): Promise<void>
}

/**
 * Makes a Rails application in a temporary folder and adds Devise to it with Devise's own generators: model, migration,
 * route and initializer. The module Lockable is added with its columns, and a pepper from the environment, as the
 * documentation of Devise describes it. Devise's own reset is replaced as docs/adopt/devise.md shows.
 */
export async function createRailsApp(): Promise<RailsApp> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-rails-'))
  await fs.cp(path.join(import.meta.dirname, 'rails'), folder, { recursive: true })
  const environment = {
    RAILS_ENV: 'production',
    RACK_ENV: 'production',
    SECRET_KEY_BASE: randomBytes(64).toString('hex'),
    LANG: 'C.UTF-8',
    DATABASE_URL: inject('postgres').url, // an empty database, for the generators
  }
  const rails = (args: string[], env: Record<string, string> = {}) =>
    execa('ruby', ['bin/rails', ...args], { cwd: folder, env: { ...environment, ...env }, stdin: 'ignore' })

  await rails(['generate', 'devise:install'])
  await rails(['generate', 'devise', 'User'])
  const [migration = ''] = await fs.readdir(path.join(folder, 'db/migrate'))
  await edit(path.join(folder, 'db/migrate', migration), /## Lockable[\s\S]*?\n\n/, (columns) =>
    columns.replaceAll('# t.', 't.'),
  )
  await edit(path.join(folder, 'app/models/user.rb'), /:validatable$/m, () => ':validatable, :lockable')
  const guide = await fs.readFile(path.join(ROOT, 'docs/adopt/devise.md'), 'utf8')
  const routes = /```ruby\n([^`]*)```/.exec(guide)?.[1] ?? ''
  await edit(path.join(folder, 'config/routes.rb'), /devise_for :users/, () => routes)
  const initializer = path.join(folder, 'config/initializers/devise.rb')
  await edit(initializer, /# config\.pepper = .*/, () => "config.pepper = ENV['DEVISE_PEPPER']")

  return {
    async migrate(databaseUrl) {
      await rails(['db:migrate'], { DATABASE_URL: databaseUrl })
    },
    async serve(databaseUrl, { pepper = '' } = {}) {
      const env = { ...environment, DATABASE_URL: databaseUrl, DEVISE_PEPPER: pepper }
      const port = await getPort()
      const url = `http://127.0.0.1:${port}`
      const server = execa('puma', ['--quiet', '--bind', `tcp://127.0.0.1:${port}`, 'config.ru'], {
        cwd: folder,
        env,
        all: true,
        detached: true,
        stdin: 'ignore',
        reject: false,
      })
      let ended = ''
      void server.then(({ all }) => {
        ended = `Rails has ended: ${all}`
      })
      await vi.waitFor(
        async () => {
          if (ended) return
          await fetch(`${url}/users/sign_in`)
        },
        { timeout: 120_000, interval: 200 },
      )
      if (ended) throw new Error(ended)
      return { url, stop: () => stopGroup(server, server) }
    },
    remove: () => fs.rm(folder, { recursive: true, force: true }),
  }
}

/** Changes a part of a file. The part must be there, so that a new version of a generator cannot go unnoticed. */
async function edit(file: string, part: RegExp, change: (found: string) => string) {
  const text = await fs.readFile(file, 'utf8')
  if (!part.test(text)) throw new Error(`${file} has no part like ${part}`)
  await fs.writeFile(file, text.replace(part, change))
}

export type RailsBrowser = ReturnType<typeof createRailsBrowser>

/** A browser that fills in Devise's forms. It keeps cookies, and sends the token against cross-site requests. */
export function createRailsBrowser(url: string) {
  const jar = new Map<string, string>()

  async function send(target: string, init: RequestInit = {}) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url + target, { ...init, redirect: 'manual', headers: { cookie, ...init.headers } })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s)
      jar.set(name, value)
    }
    return { status: response.status, location: response.headers.get('location'), text: await response.text() }
  }

  async function submit(form: string, action: string, fields: Record<string, string>) {
    const { text } = await send(form)
    const token = /name="authenticity_token" value="([^"]+)"/.exec(text)?.[1] ?? ''
    return send(action, { method: 'POST', body: new URLSearchParams({ authenticity_token: token, ...fields }) })
  }

  return {
    /** Where the link "Forgot your password?" of the sign-in page leads. */
    async forgotPasswordPage() {
      const link = /href="([^"]+)">Forgot your password/.exec((await send('/users/sign_in')).text)?.[1]
      return link ? (await send(link)).location : null
    },
    signUp: (email: string, password: string) =>
      submit('/users/sign_up', '/users', {
        'user[email]': email,
        'user[password]': password,
        'user[password_confirmation]': password,
      }),
    signIn: (email: string, password: string, rememberMe = false) =>
      submit('/users/sign_in', '/users/sign_in', {
        'user[email]': email,
        'user[password]': password,
        'user[remember_me]': rememberMe ? '1' : '0',
      }),
    /** The address that the application shows as signed in, or null. */
    async signedInAs() {
      const { status, text } = await send('/')
      return status === 200 ? (/^Signed in as (.+)$/.exec(text)?.[1] ?? null) : null
    },
    /** Closes the browser window: what is left is "remember me". */
    forgetSession() {
      for (const name of [...jar.keys()]) if (name.endsWith('_session')) jar.delete(name)
    },
  }
}
