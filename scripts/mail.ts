import { duration } from '@/messages/en'
import { createDatabase } from '@/server/db/client'
import { retryFailed } from '@/server/mail/retry-failed'
import { type MailStatusReport, mailStatus } from '@/server/mail/status'
import { CliError, main } from './cli-error'
import { givenVariables, openDatabase } from './environment'

const USAGE =
  'npm run mail -- status   what waits, since when, and what failed why\n       npm run mail -- retry    try again what failed or waits for its next try'

await main(async () => {
  const [command, ...rest] = process.argv.slice(2)
  if (rest.length > 0 || (command !== 'status' && command !== 'retry')) throw new CliError(`Usage: ${USAGE}`)
  const database = await openDatabase(givenVariables().DATABASE_URL || undefined)
  const { db, close } = createDatabase(database.url, { maxConnections: 1 })
  try {
    const now = new Date()
    if (command === 'retry') {
      const { requeued, rescheduled, expired } = await retryFailed(db, now)
      console.log(`Failed mails that are tried again: ${requeued}`)
      console.log(`Waiting mails that are tried now: ${rescheduled}`)
      if (expired > 0) console.log(`Failed mails whose link is dead, left as they are: ${expired}`)
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
  console.log(`With a worker, or between two tries: ${sending}`)
  console.log(`Oldest: ${queued + sending > 0 ? duration(oldestSeconds) : 'none'}`)
  for (const { reason, count } of waiting) console.log(`  waiting  ${count} × ${reason}`)
  console.log(`Failed: ${failures.reduce((sum, failure) => sum + failure.count, 0)}`)
  for (const { kind, status, reason, count, newest } of failures) {
    console.log(`  ${status.padEnd(8)} ${count} × ${kind}: ${reason} (newest ${newest.toISOString()})`)
  }
}
