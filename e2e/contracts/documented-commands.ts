import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from '@playwright/test'
import { codeIn } from '@/e2e/mailbox'
import { ROOT } from '@/scripts/environment'
import type { ContractApp } from './contract-app'
import { testEach } from './load-scenarios'

const run = promisify(execFile)

interface DocumentedCommand {
  command: string
  kind: 'json' | 'http'
  output: string
}

/** Every command of the page, with the output that the page shows for it. */
async function readCommands(): Promise<DocumentedCommand[]> {
  const page = await readFile(path.join(ROOT, 'docs', 'contracts.md'), 'utf8')
  const blocks = page.matchAll(/```sh\n(.*?)```\n\n```(json|http)\n(.*?)```/gs)
  const commands = [...blocks].map(([, command, kind, output]) => ({ command, kind, output }) as DocumentedCommand)
  expect(commands.length, 'commands with an output').toBe(page.match(/```sh\n/g)?.length)
  return commands
}

/** Runs the commands of docs/contracts.md in their order, and compares their output with the page. */
export async function runDocumentedCommands(app: ContractApp): Promise<void> {
  const variables: Record<string, string> = {
    APP: app.url,
    PASSWORD: app.demoPassword,
    SERVICE_API_KEY: app.serviceApiKey,
  }
  await testEach(
    await readCommands(),
    ({ command }) => command,
    async ({ command, kind, output }) => {
      const { stdout } = await run('bash', ['-c', command], { env: { ...process.env, ...variables } })
      const expected = output.trim().replaceAll('http://localhost:3000', app.url)
      if (kind === 'json') expect(withEllipsis(stdout, expected), command).toBe(expected)
      else for (const line of expected.split('\n')) expect(stdout.replaceAll('\r', '').split('\n')).toContain(line)
      await updateVariables(app, variables, stdout)
      await app.advanceTime(61) // the cooldown, so that the next command sends an email too
    },
  )
}

/** The printed text, shortened with `…` where the page shortens it and only a token is left out. */
function withEllipsis(printed: string, expected: string): string {
  const [before = '', after] = expected.split('…')
  const isShortened = after !== undefined && printed.startsWith(before) && printed.endsWith(after)
  return isShortened && /^[\w-]+$/.test(printed.slice(before.length, -after.length)) ? expected : printed
}

/** Sets what a reader would copy from the output, the mailbox and the browser. */
async function updateVariables(app: ContractApp, variables: Record<string, string>, printed: string) {
  const email = (await app.resetEmailsTo('john@example.com')).at(-1)
  const text = email?.text ?? ''
  const found = {
    TOKEN: /(?:\?token=|\/reset-password\/[\w-]+\/)([\w-]{43})\b/.exec(text)?.[1],
    UIDB64: /\/reset-password\/([\w-]+)\//.exec(text)?.[1],
    JWT: /\?token=([\w-]+\.[\w-]+\.[\w-]+)/.exec(text)?.[1],
    CODE: email && codeIn(email),
    GRANT: /"token":"(\w{60})"/.exec(printed)?.[1],
  }
  for (const [name, value] of Object.entries(found)) if (value) variables[name] = value
  variables.SESSION ??= await app.signIn('john', app.demoPassword)
}
