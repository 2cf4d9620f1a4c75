import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { brandOf } from '@/server/brand/brand'
import { createDatabase } from '@/server/db/client'
import { readEnvironment } from '@/server/env'
import { formatDuration } from '@/server/language/format-duration'
import { retryFailed } from '@/server/mail/retry-failed'
import { type MailStatusReport, mailStatus } from '@/server/mail/status'
import { unblockAddress } from '@/server/mail/suppressions'
import { parseArguments, usageError } from './arguments'
import { CliError, main } from './cli-error'
import { givenVariables, openDatabase, ROOT } from './environment'
import { writePreview } from './mail/preview'

const USAGE = `npm run mail -- status   shows what is waiting, since when, and what failed and why
       npm run mail -- retry    sends failed and delayed emails again
       npm run mail -- unblock --email ada@example.com   allows email to an address that bounced or complained
       npm run mail -- preview [--out DIR]   writes every email in every language, light, dark and as plain text`

const COMMANDS = ['status', 'retry', 'unblock', 'preview'] as const

await main(async () => {
  const { command, email, out } = readArguments()
  if (command === 'preview') {
    const folder = path.resolve(out ?? path.join(ROOT, '.data', 'email-preview'))
    const page = await writePreview(folder, givenBrand())
    console.log(`Every email in every language: ${pathToFileURL(page)}`)
    return
  }
  const database = await openDatabase(givenVariables())
  const { db, close } = createDatabase(database.url, { maxConnections: 1, pooling: database.pooling })
  try {
    const now = new Date()
    if (command === 'unblock' && email) {
      const count = await unblockAddress(db, email)
      if (count === 0) throw new CliError(`No email to ${email} is blocked.`)
      console.log(`Email to ${email} is allowed again. Remove the address from the suppression list at Resend too.`)
      return
    }
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

/** The brand of the environment. A preview needs no other variable. */
function givenBrand() {
  const { BRAND_NAME, BRAND_COLOR, SUPPORT_URL } = givenVariables()
  const brandOnly = { BRAND_NAME, BRAND_COLOR, SUPPORT_URL }
  return brandOf(readEnvironment({ ...brandOnly, EMBEDDED_DATABASE: '1', DATABASE_URL: 'postgres://127.0.0.1' }))
}

function readArguments() {
  const options = { email: { type: 'string' }, out: { type: 'string' } } as const
  const { values, positionals } = parseArguments(USAGE, { allowPositionals: true, options })
  const { email, out } = values
  const command = COMMANDS.find((each) => each === positionals.join(' '))
  const isUnderstood = (command === 'unblock') === Boolean(email) && (command === 'preview' || out === undefined)
  if (!command || !isUnderstood) throw usageError(USAGE)
  return { command, email, out }
}

function print({ queued, sending, oldestSeconds, waiting, failures }: MailStatusReport) {
  console.log(`Queued: ${queued}`)
  console.log(`Being sent, or waiting for a retry: ${sending}`)
  console.log(`Oldest: ${queued + sending > 0 ? formatDuration('en', oldestSeconds) : 'none'}`)
  for (const { reason, count } of waiting) console.log(`  waiting  ${count} × ${reason}`)
  console.log(`Failed: ${failures.reduce((sum, failure) => sum + failure.count, 0)}`)
  for (const { kind, status, reason, count, newest } of failures) {
    console.log(`  ${status.padEnd(8)} ${count} × ${kind}: ${reason} (newest ${newest.toISOString()})`)
  }
}
