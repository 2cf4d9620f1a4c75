import { randomUUID } from 'node:crypto'
import { PAUSES, type Pause } from '@/server/db/schema'
import { type ControlStatus, controlStatus } from '@/server/recovery/controls/control-status'
import type { OperatorContext } from '@/server/recovery/controls/operator'
import { pauseRecovery } from '@/server/recovery/controls/pause-recovery'
import { resumeRecovery } from '@/server/recovery/controls/resume-recovery'
import { revokeSecrets } from '@/server/recovery/controls/revoke-secrets'
import { parseArguments, usageError } from './arguments'
import { main } from './cli-error'
import { givenVariables } from './environment'
import { withDatabase } from './with-database'

const USAGE = `npm run recovery -- status                     shows what is paused and frozen
       npm run recovery -- pause [codes|links|all]    refuses codes, links or everything, for everyone; all by default
       npm run recovery -- resume [codes|links|all]   ends a pause; all ends every pause
       npm run recovery -- revoke [--id 42]           ends all live links and codes, of everyone or of one account`

const EFFECTS: Record<Pause, string> = {
  all: 'Recovery is paused: requests, links and codes are refused, and reset emails wait in the queue. People can sign in, and emails about changed passwords are sent.',
  codes:
    'Codes are paused: codes are refused, and so are the forms that they lead to. Links work, and emails are sent.',
  links:
    'Links are paused: links are refused, and so are the forms that they lead to. Codes work, and emails are sent.',
}

await main(async () => {
  const { command, what, id } = readArguments()
  await withDatabase(givenVariables(), async (db) => {
    const ctx: OperatorContext = { db, now: new Date(), requestId: randomUUID() }
    if (command === 'pause') {
      await pauseRecovery(ctx, what)
      console.log(EFFECTS[what])
      console.log(`What is live works again afterwards, until it expires. To undo: npm run recovery -- resume ${what}`)
    } else if (command === 'resume') {
      const ended = await resumeRecovery(ctx, what)
      console.log(
        ended.length > 0
          ? `No longer paused: ${ended.sort().join(', ')}`
          : `Nothing to resume: ${what === 'all' ? 'nothing was' : `${what} were not`} paused.`,
      )
    } else if (command === 'revoke') {
      const { requests, accounts } = await revokeSecrets(ctx, id)
      console.log(
        `Emails whose links and codes were ended: ${requests}, of ${accounts} ${accounts === 1 ? 'account' : 'accounts'}`,
      )
      console.log('This cannot be undone: people request a new email. Passwords and sessions are not affected.')
    }
    print(await controlStatus(ctx))
  })
})
process.exit(0)

function readArguments() {
  const options = { id: { type: 'string' } } as const
  const { values, positionals } = parseArguments(USAGE, { allowPositionals: true, options })
  const [given = '', named, ...rest] = positionals
  const command = (['status', 'pause', 'resume', 'revoke'] as const).find((each) => each === given)
  const what = PAUSES.find((each) => each === (named ?? 'all'))
  const takesWhat = command === 'pause' || command === 'resume'
  const isUnusable = rest.length > 0 || (named !== undefined && !takesWhat) || values.id === ''
  if (!command || !what || isUnusable || (values.id !== undefined && command !== 'revoke')) throw usageError(USAGE)
  return { command, what, id: values.id }
}

function print({ pauses, frozen, frozenCount, liveRequests }: ControlStatus) {
  const paused = pauses.map(({ what, since }) => `${what} (since ${since.toISOString()})`)
  console.log(`Paused: ${paused.join(', ') || 'nothing'}`)
  console.log(`Frozen accounts: ${frozenCount}`)
  for (const { accountId, since } of frozen) console.log(`  ${accountId} (since ${since.toISOString()})`)
  if (frozenCount > frozen.length) console.log(`  and ${frozenCount - frozen.length} more`)
  console.log(`Emails whose link or code works now, pauses aside: ${liveRequests}`)
}
