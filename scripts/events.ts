import { createDatabase } from '@/server/db/client'
import { retryFailedEvents } from '@/server/events/retry-failed'
import { type EventStatusReport, eventStatus } from '@/server/events/status'
import { formatDuration } from '@/server/language/format-duration'
import { parseArguments, usageError } from './arguments'
import { main } from './cli-error'
import { givenVariables, openDatabase } from './environment'

const USAGE =
  'npm run events -- status   shows which events wait, since when, and what failed and why\n       npm run events -- retry    sends failed and delayed events again'

await main(async () => {
  const [command, ...rest] = parseArguments(USAGE, { allowPositionals: true }).positionals
  if (rest.length > 0 || (command !== 'status' && command !== 'retry')) throw usageError(USAGE)
  const variables = givenVariables()
  const database = await openDatabase(variables)
  const { db, close } = createDatabase(database.url, { maxConnections: 1, pooling: database.pooling })
  try {
    if (!variables.EVENTS_URL)
      console.log('EVENTS_URL is not set here. Only servers that have it queue and send events')
    const now = new Date()
    if (command === 'retry') {
      const { requeued, rescheduled } = await retryFailedEvents(db, now)
      console.log(`Failed events that are sent again: ${requeued}`)
      console.log(`Delayed events that are sent now: ${rescheduled}`)
    }
    print(await eventStatus(db, now))
  } finally {
    await close()
    await database.stop()
  }
})
process.exit(0)

function print({ queued, oldestSeconds, waiting, failures }: EventStatusReport) {
  console.log(`Queued, or waiting for a retry: ${queued}`)
  console.log(`Oldest: ${queued > 0 ? formatDuration('en', oldestSeconds) : 'none'}`)
  for (const { reason, count, nextTry } of waiting) {
    console.log(`  waiting  ${count} × ${reason} (next try ${nextTry.toISOString()})`)
  }
  console.log(`Failed: ${failures.reduce((sum, failure) => sum + failure.count, 0)}`)
  for (const { type, reason, count, newest } of failures) {
    console.log(`  failed   ${count} × ${type}: ${reason} (newest ${newest.toISOString()})`)
  }
}
