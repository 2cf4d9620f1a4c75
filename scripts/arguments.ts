import { type ParseArgsConfig, parseArgs } from 'node:util'
import { CliError } from './cli-error'

type Options = NonNullable<ParseArgsConfig['options']>

/** The failure that tells how a command is used. */
export const usageError = (usage: string, what?: string): CliError =>
  new CliError(`${what ? `${what}\n` : ''}Usage: ${usage}`)

/**
 * Parses the arguments of a command. With `--help` it prints the usage and ends the process with exit code 0.
 * @param usage its forms, without "Usage:"
 * @param config.args the arguments; by default those of the process
 * @throws CliError for what the command does not know, with the usage
 */
export function parseArguments<const Config extends { options?: Options; allowPositionals?: boolean; args?: string[] }>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  const args = config.args ?? process.argv.slice(2)
  if (args.includes('--help') || args.includes('-h')) {
    console.log(`Usage: ${usage}`)
    process.exit(0)
  }
  try {
    return parseArgs<Config>({ ...config, args })
  } catch (error) {
    // Node.js adds advice about arguments that begin with "-". No command needs it.
    throw usageError(usage, `${(error as Error).message.replace(/\. To specify a positional.*|\.$/s, '')}.`)
  }
}
