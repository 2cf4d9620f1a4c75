import { EnvironmentError } from '@/server/env'

/** A failure that people can act on: its message says what happened and what to do, in one line. */
export class CliError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CliError'
  }
}

/** Prints a failure: the message alone when it is one that people can act on, else with its stack. */
export function report(error: unknown) {
  console.error(error instanceof CliError || error instanceof EnvironmentError ? error.message : error)
}

/** Runs a script's main function; a failure is printed and ends the process with exit code 1. */
export async function main(run: () => Promise<void>) {
  try {
    await run()
  } catch (error) {
    report(error)
    process.exit(1)
  }
}
