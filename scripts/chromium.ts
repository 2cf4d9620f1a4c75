import { accessSync, constants, existsSync } from 'node:fs'
import path from 'node:path'
import { chromium } from '@playwright/test'
import { CliError } from './cli-error'
import { attempt, installDebianPackage } from './debian-packages'
import { ROOT } from './environment'

/** The headless shell first: it takes less than half of the processor time of the full browser. */
const SYSTEM_BROWSERS = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']

/** Arguments of a Chromium for tests: no sandbox as root, because root has none, and no background traffic. */
export const CHROMIUM_ARGS = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** True when Playwright has downloaded its own Chromium, of which it then launches the headless shell. */
export const hasPlaywrightChromium = () => existsSync(chromium.executablePath())

/** The path of the system's Chromium; undefined when there is none. */
export function findSystemChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean)
  return folders.flatMap((folder) => SYSTEM_BROWSERS.map((name) => path.join(folder, name))).find(isExecutable)
}

function isExecutable(file: string) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Installs a Chromium for the browser tests when there is none: Playwright's own, else, as root, Debian's package.
 * @throws CliError that says what to install.
 */
export async function ensureChromium(): Promise<void> {
  const isInstalled = () => hasPlaywrightChromium() || findSystemChromium() !== undefined
  if (isInstalled()) return
  console.log('Installing a Chromium for the browser tests…')
  await attempt(
    process.execPath,
    [path.join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js'), 'install', 'chromium'],
    300,
  )
  for (const name of ['chromium-headless-shell', 'chromium']) {
    if (!isInstalled()) await installDebianPackage(name)
  }
  if (isInstalled()) return
  throw new CliError(
    'The browser tests need Chromium, and it could not be installed. Run `npx playwright install --with-deps chromium`, or install the package "chromium" of your system, then run `npm test` again.',
  )
}
