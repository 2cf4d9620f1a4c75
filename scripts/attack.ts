import { text } from 'node:stream/consumers'
import { type CommandOptions, readOptions } from './attack/attack-options'
import { Attacker } from './attack/attacker'
import { createHttpClient, type HttpClient } from './attack/http-client'
import { PROMISE_GROUPS } from './attack/promises/all'
import { commandReader, type EmailReader, mailboxReader } from './attack/read-email'
import { lineOf, runPromises, summaryOf } from './attack/run-promises'
import { CliError, main } from './cli-error'

/** Attacks a deployment from outside, over HTTP only. Exits 1 if it breaks a promise. */
await main(async () => {
  const options = readOptions(process.argv.slice(2))
  const password = options.passwordStdin ? (await text(process.stdin)).replace(/\r?\n$/, '') : undefined
  const client = createHttpClient(options.origin, options.servers)
  await requireLatchkey(client)
  const emails = await chooseReader(client, options)
  const { account, username, parallel } = options

  console.log(`Attacking ${options.origin} with up to 900 requests, which takes one to four minutes.`)
  if (account) {
    console.log(`${account} gets three emails. Its codes are blocked and its sign-in is limited for a while.`)
    if (!password) console.log('Without --password-stdin its password is replaced by one that is not kept.')
  }
  console.log('Budgets of this address are used up for 15 minutes. Run it again after that.\n')

  const attacker = new Attacker({ client, account, username, password, emails, parallel })
  const outcomes = await runPromises(attacker, PROMISE_GROUPS, (outcome) => console.log(lineOf(outcome)))
  console.log(`\n${summaryOf(outcomes, client.exchanges.length)}`)
  client.close()
  process.exit(outcomes.some(({ verdict }) => verdict === 'BROKEN') ? 1 : 0)
})

/** @throws CliError when nothing answers, or something else than Latchkey */
async function requireLatchkey(client: HttpClient) {
  const answer = await client.query('recovery.terms').catch((error: Error) => {
    throw new CliError(`Cannot reach ${client.origin} (${error.message}). Check the address.`)
  })
  if (!answer.text.includes('"linkTtlSeconds"'))
    throw new CliError(`${client.origin} does not answer like Latchkey (status ${answer.status}). Check the address.`)
}

/** The given command, or the development mailbox where there is one. */
async function chooseReader(client: HttpClient, options: CommandOptions): Promise<EmailReader | undefined> {
  if (options.readEmail) return commandReader(options.readEmail)
  if (!options.account) return undefined
  const { status } = await client.send({ path: '/dev/mailbox' })
  return status === 200 ? mailboxReader(client, options.account) : undefined
}
