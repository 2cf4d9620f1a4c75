import { readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { STATES } from '@/e2e/states'
import { ensureChromium } from '@/scripts/chromium'
import { CliError, main } from '@/scripts/cli-error'
import { ROOT } from '@/scripts/environment'
import { runBin } from '@/scripts/processes'
import { shutdownSignal } from '@/scripts/shutdown'
import { LOCALES, languageOf } from '@/server/language/languages'

/** `npm run screenshots`: pictures of every page and state, in docs/screenshots/, and the picture of the README. */

const FOLDER = path.join(ROOT, 'docs', 'screenshots')

const INTRODUCTION = `# Pictures of every page

\`npm run screenshots\` makes them, and this list. Each sheet shows one state of a page at 360, 768 and 1280 px: in light
colours above, in dark colours below. The server runs with \`ACCOUNT_DISCLOSURE=reveal\`. Times, codes and addresses are
always the same, so that a new run changes only what looks different.
`

/** The list of all sheets. */
async function writeIndex() {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.webp'))
  const sections = STATES.filter(({ unpictured }) => !unpictured).map(({ name, title }) => {
    const sheets = LOCALES.filter((locale) => files.includes(`${name}.${locale}.webp`)).map((locale) => {
      const language = languageOf(locale).name
      return `![${title}, in ${language}](${name}.${locale}.webp)`
    })
    return `## ${title}\n\n${sheets.join('\n\n')}\n`
  })
  await writeFile(path.join(FOLDER, 'README.md'), [INTRODUCTION, ...sections].join('\n'))
}

const shutdown = shutdownSignal()
await main(async () => {
  await ensureChromium()
  await rm(FOLDER, { recursive: true, force: true })
  const config = path.join('e2e', 'screenshots', 'playwright.config.ts')
  const { ok, output } = await runBin(['playwright', 'test', '--config', config], { shutdown })
  if (!ok) throw new CliError(`Not every picture could be taken.\n${output}`)
  await writeIndex()
  process.exit(0)
})
