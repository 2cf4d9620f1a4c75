import type { RecoveryContext } from '@/server/core/context'
import type { Database } from '@/server/db/client'
import type { Pause } from '@/server/db/schema'
import { freezeAccount } from '@/server/recovery/controls/freeze-account'
import { pauseRecovery } from '@/server/recovery/controls/pause-recovery'
import { resumeRecovery } from '@/server/recovery/controls/resume-recovery'
import { revokeSecrets } from '@/server/recovery/controls/revoke-secrets'
import { unfreezeAccount } from '@/server/recovery/controls/unfreeze-account'

/** An operator at a command line, whose clock is that of a fixture. */
export function createOperator(fixture: { ctx: () => Pick<RecoveryContext, 'db' | 'now'> }) {
  const ctx = () => ({ ...fixture.ctx(), requestId: 'an operator' })
  return {
    pause: (what: Pause = 'all') => pauseRecovery(ctx(), what),
    resume: (what: Pause = 'all') => resumeRecovery(ctx(), what),
    freeze: ({ id }: { id: string }) => freezeAccount(ctx(), id),
    unfreeze: ({ id }: { id: string }) => unfreezeAccount(ctx(), id),
    revoke: (account?: { id: string }) => revokeSecrets(ctx(), account?.id),
  }
}

/** A database where `work` is done once, after the first statement of a verb and before its next one. */
export function afterFirstStatement(db: Database, work: () => Promise<unknown>): Database {
  let isFirst = true
  const unsafe = async (...statement: Parameters<Database['$client']['unsafe']>) => {
    const rows = await db.$client.unsafe(...statement)
    if (isFirst) {
      isFirst = false
      await work()
    }
    return rows
  }
  return { ...db, $client: { unsafe } } as unknown as Database
}
