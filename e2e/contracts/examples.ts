import { execFile, spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from '@playwright/test'
import { ROOT } from '@/scripts/environment'
import { inSteps } from './contracts'
import type { World } from './world'

const run = promisify(execFile)

/** True where the commands can be run. */
export const canRunExamples = () => spawnSync('bash', ['-c', 'curl --version']).status === 0

interface Example {
  command: string
  kind: 'json' | 'http'
  answer: string
}

/** Every command of the page, with the answer that stands under it. */
async function readExamples(): Promise<Example[]> {
  const page = await readFile(path.join(ROOT, 'docs', 'contracts.md'), 'utf8')
  const blocks = page.matchAll(/```sh\n(.*?)```\n\n```(json|http)\n(.*?)```/gs)
  const examples = [...blocks].map(([, command, kind, answer]) => ({ command, kind, answer }) as Example)
  expect(examples.length, 'commands with an answer').toBe(page.match(/```sh\n/g)?.length)
  return examples
}

/** Runs the commands of docs/contracts.md as they stand, one after the other, and compares what they print. */
export async function runExamples(world: World): Promise<void> {
  const known: Record<string, string> = {
    APP: world.url,
    PASSWORD: world.demoPassword,
    SERVICE_API_KEY: world.serviceApiKey,
  }
  await inSteps(
    await readExamples(),
    ({ command }) => command,
    async ({ command, kind, answer }) => {
      const { stdout } = await run('bash', ['-c', command], { env: { ...process.env, ...known } })
      const expected = answer.trim().replaceAll('http://localhost:3000', world.url)
      if (kind === 'json') expect(withGaps(stdout, expected), command).toBe(expected)
      else for (const line of expected.split('\n')) expect(stdout.replaceAll('\r', '').split('\n')).toContain(line)
      await learn(world, known, stdout)
      await world.pass(61) // so that the next one may be mailed again
    },
  )
}

/** What was printed, with a gap where the page has one. */
function withGaps(printed: string, expected: string): string {
  const [before = '', after] = expected.split('…')
  const gap = after !== undefined && printed.startsWith(before) && printed.endsWith(after)
  return gap && /^[\w-]+$/.test(printed.slice(before.length, -after.length)) ? expected : printed
}

/** What a reader would copy from the answer, the mailbox and the browser. */
async function learn(world: World, known: Record<string, string>, printed: string) {
  const text = (await world.mailsTo('john@example.com')).at(-1)?.text ?? ''
  const found = {
    TOKEN: /(?:\?token=|\/reset-password\/[\w-]+\/)([\w-]{43})\b/.exec(text)?.[1],
    UIDB64: /\/reset-password\/([\w-]+)\//.exec(text)?.[1],
    JWT: /\?token=([\w-]+\.[\w-]+\.[\w-]+)/.exec(text)?.[1],
    CODE: /^\s*(\d{6})\s*$/m.exec(text)?.[1],
    GRANT: /"token":"(\w{60})"/.exec(printed)?.[1],
  }
  for (const [name, value] of Object.entries(found)) if (value) known[name] = value
  known.SESSION ??= await world.signIn('john', world.demoPassword)
}
