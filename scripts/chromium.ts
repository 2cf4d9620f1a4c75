import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { chromium } from '@playwright/test'
import { CliError } from './cli-error'
import { ROOT } from './environment'

const SYSTEM_BROWSERS = ['chromium', 'chromium-browser', 'google-chrome']

/** What a Chromium for tests is launched with: no sandbox as root, who has none, and no calls home. */
export const CHROMIUM_ARGS = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The path of the Chromium that Playwright brought, else of the system's; undefined when there is none. */
export function findChromium(): string | undefined {
  if (existsSync(chromium.executablePath())) return chromium.executablePath()
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
 * Makes sure that the browser tests have a Chromium: Playwright's own download, else Debian's package.
 * @throws CliError saying what to install.
 */
export async function ensureChromium(): Promise<void> {
  if (findChromium()) return
  console.log('Installing a Chromium for the browser tests…')
  const attempt = (program: string, args: string[], seconds: number) =>
    promisify(execFile)(program, args, {
      cwd: ROOT,
      timeout: seconds * 1000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' },
      maxBuffer: 100 * 1024 * 1024,
    }).catch(() => {})
  await attempt(
    process.execPath,
    [path.join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js'), 'install', 'chromium'],
    300,
  )
  if (!findChromium() && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const wait = ['-o', 'DPkg::Lock::Timeout=300']
    await attempt('apt-get', [...wait, 'update'], 300)
    await attempt('apt-get', [...wait, 'install', '-y', '--no-install-recommends', 'chromium'], 900)
  }
  if (findChromium()) return
  throw new CliError(
    'The browser tests need a Chromium and none could be installed: run `npx playwright install --with-deps chromium`, or install the package "chromium" of your system, then run npm test again',
  )
}
