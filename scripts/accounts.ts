import { randomUUID } from 'node:crypto'
import { add } from './accounts/add'
import { freeze, list, unfreeze } from './accounts/freeze'
import { parseArguments, usageError } from './arguments'
import { main } from './cli-error'
import { givenVariables } from './environment'
import { withDatabase } from './with-database'

const USAGE = `npm run accounts -- add --email jo@example.com --username jo --name "Jo Example" [--locale pt-BR] < file-with-the-password
       npm run accounts -- list --email jo@example.com   shows the ids of the accounts with an address or username
       npm run accounts -- freeze --id 42     stops the recovery of one account, and ends its links and codes
       npm run accounts -- unfreeze --id 42   allows it again`

const COMMANDS = ['add', 'list', 'freeze', 'unfreeze'] as const

await main(async () => {
  const { command, id, email, username, name, locale } = readArguments()
  const operate = { list, freeze, unfreeze }
  if (command === 'add') {
    if (!email || !username || !name) throw usageError(USAGE, '--email, --username and --name are required.')
    return add({ email, username, fullName: name, locale })
  }
  const subject = command === 'list' ? (email ?? username) : id
  if (!subject) throw usageError(USAGE, command === 'list' ? '--email or --username is required.' : '--id is required.')
  await withDatabase(givenVariables(), (db) =>
    operate[command]({ db, now: new Date(), requestId: randomUUID() }, subject),
  )
})
process.exit(0)

function readArguments() {
  const text = { type: 'string' } as const
  const options = {
    id: text,
    email: text,
    username: text,
    name: text,
    locale: text,
    'password-stdin': { type: 'boolean' },
  } as const
  const { values, positionals } = parseArguments(USAGE, { allowPositionals: true, options })
  const command = COMMANDS.find((each) => each === positionals.join(' '))
  if (!command) throw usageError(USAGE)
  return { command, ...values }
}
