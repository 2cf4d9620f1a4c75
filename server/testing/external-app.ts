import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type PublicApp, startPublicApp } from './public-app'

export interface ExternalApp extends PublicApp {
  /** Where the site's people sign in. */
  signInUrl: string
}

/** The title of the page where the people of the site sign in. */
export const MEMBERS_SIGN_IN = 'Members sign in here'

/** Serves the production build in front of the members of `legacy-members.sql`, who sign in on a page of their own site. */
export async function startExternalApp(variables: Record<string, string> = {}): Promise<ExternalApp> {
  const site = await startSite()
  try {
    const app = await startPublicApp('external', { SIGN_IN_URL: site.signInUrl, PASSWORD_HASH: 'bcrypt', ...variables })
    const stop = async () => {
      await app.stop()
      await site.stop()
    }
    return { ...app, signInUrl: site.signInUrl, stop }
  } catch (error) {
    await site.stop()
    throw error
  }
}

/** Another application, of which one page is enough. */
async function startSite() {
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<title>Site</title><h1>${MEMBERS_SIGN_IN}</h1>`),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    signInUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/members/login?next=%2F`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
