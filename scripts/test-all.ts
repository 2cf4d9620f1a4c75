import { ensureProgram } from './debian-packages'
import { runTests } from './test-steps'

// More accounts, longer property tests, faults under load, and every test of the server and of the contracts in front of another application's accounts.
process.env.TEST_ALL = '1'

// Everything of `npm test`, and the same again in the other ways in which Latchkey can run.
await runTests(async (run) => {
  await ensureProgram('pgbouncer')
  await run.everything()
  await run.unitTests('unit and integration tests through PgBouncer', { TEST_POOLING: 'pgbouncer' })
  await run.browserTests('browser tests through PgBouncer', { TEST_POOLING: 'pgbouncer' })
  await run.browserTests('browser tests with two server processes on each port', { TEST_WEB_CONCURRENCY: '2' })
  await run.browserTests('the main browser stories with the files of the image', { TEST_IMAGE: '1' })
  await run.program('every case of `npm run timing`, without a verdict', ['tsx', 'bench/timing.ts', '--pairs', '20'])
  await run.program('a failover, `npm run drill -- failover`', ['tsx', 'bench/drill/run.ts', 'failover'])
  await run.program('a flood of sign-ins, `npm run bench -- flood`', ['tsx', 'bench/run.ts', 'flood'])
})
