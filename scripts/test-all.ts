import { existsSync } from 'node:fs'
import { CliError } from './cli-error'
import { installDebianPackage, isOnPath } from './debian-packages'
import { runTests } from './test-steps'

// More accounts, and every test of the server and of the contracts in front of another application's accounts.
process.env.TEST_ALL = '1'

// Everything of `npm test`, and the same again in the other ways in which Latchkey can run.
await runTests(async (run) => {
  await ensurePgBouncer()
  await run.everything()
  await run.unitTests('unit and integration tests through PgBouncer', { TEST_POOLING: 'pgbouncer' })
  await run.browserTests('browser tests through PgBouncer', { TEST_POOLING: 'pgbouncer' })
})

/** Installs PgBouncer where that is possible: as root on Debian and Ubuntu. */
async function ensurePgBouncer() {
  const isInstalled = () => isOnPath('pgbouncer') || existsSync('/usr/sbin/pgbouncer')
  if (!isInstalled()) await installDebianPackage('pgbouncer')
  if (!isInstalled()) throw new CliError('PgBouncer is missing. Install it: apt-get install pgbouncer')
}
