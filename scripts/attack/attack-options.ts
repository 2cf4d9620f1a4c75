import { parseArguments, usageError } from '@/scripts/arguments'
import { CliError } from '@/scripts/cli-error'

const USAGE = `npm run attack -- <base URL> [options]
  --account EMAIL        the test account, which the attacks may reset
  --username NAME        its username
  --read-email COMMAND   a shell command that prints the newest email to the test account as text
                         (not needed for a demo on this machine: its mailbox is read)
  --password-stdin       reads the password of the test account from standard input; it stays the same
  --server URL           a server of the deployment, for example http://10.0.0.5:3000; give several to alternate
  --parallel N           how many requests race each other (50)
  --i-own-this-host      attacks a host other than this machine`

export interface CommandOptions {
  origin: string
  servers: string[]
  account?: string | undefined
  username?: string | undefined
  readEmail?: string | undefined
  passwordStdin: boolean
  parallel: number
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
const MAX_PARALLEL = 200

/**
 * Reads the arguments of the command.
 * @throws CliError for unknown or missing ones, and for a host other than loopback without `--i-own-this-host`
 */
export function readOptions(args: string[]): CommandOptions {
  const { values, positionals } = parse(args)
  const [address, ...more] = positionals
  if (!address || more.length > 0) throw usageError(USAGE)
  const url = urlOf(address)
  const servers = (values.server ?? []).map((server) => urlOf(server).origin)
  const parallel = Number(values.parallel ?? 50)
  if (!Number.isInteger(parallel) || parallel < 2 || parallel > MAX_PARALLEL)
    throw new CliError(`--parallel must be a whole number from 2 to ${MAX_PARALLEL}, for example 50.`)
  const foreign = [url.origin, ...servers].find((each) => !LOOPBACK.has(new URL(each).hostname))
  if (foreign && !values['i-own-this-host'])
    throw new CliError(
      `${foreign} is not this machine. Attack only what is yours: add --i-own-this-host if it is, and if its operator knows.`,
    )
  const { account, username, 'read-email': readEmail, 'password-stdin': passwordStdin = false } = values
  return { origin: url.origin, servers, account, username, readEmail, passwordStdin, parallel }
}

function parse(args: string[]) {
  return parseArguments(USAGE, {
    args,
    allowPositionals: true,
    options: {
      account: { type: 'string' },
      username: { type: 'string' },
      'read-email': { type: 'string' },
      'password-stdin': { type: 'boolean' },
      server: { type: 'string', multiple: true },
      parallel: { type: 'string' },
      'i-own-this-host': { type: 'boolean' },
    },
  })
}

function urlOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw new CliError(`"${address}" is not an address. Give one like https://accounts.example.com.`)
  return url
}
