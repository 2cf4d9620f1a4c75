import { execFileSync } from 'node:child_process'
import { CliError, main } from './cli-error'
import { installDebianPackage } from './debian-packages'
import { runBin } from './processes'
import { shutdownSignal } from './shutdown'

/** What the tests of the real frameworks run, besides npm's packages. */
const PACKAGES = [
  'postgresql-client',
  'python3-django',
  'python3-psycopg2',
  'php-cli',
  'ruby-rails',
  'ruby-devise',
  'ruby-pg',
  'puma',
]

await main(async () => {
  const shutdown = shutdownSignal()
  for (const name of PACKAGES) {
    if (!isInstalled(name)) await installDebianPackage(name)
    if (!isInstalled(name)) throw new CliError(`The package ${name} is missing. Install it: apt-get install ${name}`)
  }
  const files = process.argv.slice(2)
  const { ok, output } = await runBin(['vitest', 'run', '--config=vitest.adopt.config.ts', ...files], { shutdown })
  console.log(output)
  process.exit(ok ? 0 : 1)
})

function isInstalled(name: string): boolean {
  try {
    return /^Status: .* installed$/m.test(
      execFileSync('dpkg-query', ['--status', name], { encoding: 'utf8', stdio: 'pipe' }),
    )
  } catch {
    return false
  }
}
