import { CliError } from '@/scripts/cli-error'
import { identifierSchema } from '@/server/core/schemas'
import { freezeAccount } from '@/server/recovery/controls/freeze-account'
import { listAccounts } from '@/server/recovery/controls/list-accounts'
import type { OperatorContext } from '@/server/recovery/controls/operator'
import { unfreezeAccount } from '@/server/recovery/controls/unfreeze-account'

/** Prints the ids of the accounts with an email address or username. */
export async function list(ctx: OperatorContext, typed: string): Promise<void> {
  const account = identifierSchema.safeParse(typed)
  if (!account.success) throw new CliError(`"${typed}" is neither an email address nor a username.`)
  const found = await listAccounts(ctx, account.data)
  if (found.length === 0) throw new CliError(`No active account has the email address or username ${typed}.`)
  for (const { id, email, username, frozenSince } of found) {
    const names = [email, username].filter(Boolean).join('  ')
    console.log(`${id}  ${names}${frozenSince ? `  frozen since ${frozenSince.toISOString()}` : ''}`)
  }
  console.log('To stop the recovery of one of them: npm run accounts -- freeze --id ID')
}

/** Freezes an account, and says what ended and how to undo it. */
export async function freeze(ctx: OperatorContext, id: string): Promise<void> {
  const frozen = await freezeAccount(ctx, id)
  if (!frozen) {
    throw new CliError(
      `There is no account with the id "${id}". To find the id: npm run accounts -- list --email jo@example.com`,
    )
  }
  console.log(
    `The account ${id} ${frozen.wasFrozen ? 'was frozen already' : 'is frozen'}: it gets no reset email, and no link or code of it works. Signing in is not affected.`,
  )
  console.log(`Emails whose link or code was ended now: ${frozen.ended}`)
  console.log(`To allow its recovery again: npm run accounts -- unfreeze --id ${quoted(id)}`)
}

/** Unfreezes an account. */
export async function unfreeze(ctx: OperatorContext, id: string): Promise<void> {
  if (!(await unfreezeAccount(ctx, id))) throw new CliError(`The account "${id}" is not frozen.`)
  console.log(
    `The account ${id} can be recovered again. Earlier links and codes stay dead: its owner requests a new email.`,
  )
}

/** An id as a shell reads it. */
const quoted = (id: string) => (/^[\w.@-]+$/.test(id) ? id : `'${id.replaceAll("'", `'\\''`)}'`)
