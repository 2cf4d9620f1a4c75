import { duration } from '@/messages/en'
import { createDatabase } from '@/server/db/client'
import { retryFailed } from '@/server/mail/retry-failed'
import { type MailStatusReport, mailStatus } from '@/server/mail/status'
import { CliError, main } from './cli-error'
import { givenVariables, openDatabase } from './environment'

const USAGE =
  'npm run mail -- status   shows what is waiting, since when, and what failed and why\n       npm run mail -- retry    sends failed and delayed emails again'

await main(async () => {
  const [command, ...rest] = process.argv.slice(2)
  if (rest.length > 0 || (command !== 'status' && command !== 'retry')) throw new CliError(`Usage: ${USAGE}`)
  const database = await openDatabase(givenVariables())
  const { db, close } = createDatabase(database.url, { maxConnections: 1, pooling: database.pooling })
  try {
    const now = new Date()
    if (command === 'retry') {
      const { requeued, rescheduled, expired } = await retryFailed(db, now)
      console.log(`Failed emails that are sent again: ${requeued}`)
      console.log(`Delayed emails that are sent now: ${rescheduled}`)
      if (expired > 0) console.log(`Failed emails whose link has expired, left unchanged: ${expired}`)
    }
    print(await mailStatus(db, now))
  } finally {
    await close()
    await database.stop()
  }
})
process.exit(0)

function print({ queued, sending, oldestSeconds, waiting, failures }: MailStatusReport) {
  console.log(`Queued: ${queued}`)
  console.log(`Being sent, or waiting for a retry: ${sending}`)
  console.log(`Oldest: ${queued + sending > 0 ? duration(oldestSeconds) : 'none'}`)
  for (const { reason, count } of waiting) console.log(`  waiting  ${count} × ${reason}`)
  console.log(`Failed: ${failures.reduce((sum, failure) => sum + failure.count, 0)}`)
  for (const { kind, status, reason, count, newest } of failures) {
    console.log(`  ${status.padEnd(8)} ${count} × ${kind}: ${reason} (newest ${newest.toISOString()})`)
  }
}
