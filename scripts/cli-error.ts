import { MigrationError } from '@/server/db/migration-error'
import { EnvironmentError } from '@/server/env'

/** A failure that the user can act on. Its message says in one line what happened and what to do. */
export class CliError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CliError'
  }
}

/** Prints a failure: only its message when the user can act on it, else with its stack. */
export function report(error: unknown) {
  const isExplained = [CliError, EnvironmentError, MigrationError].some((kind) => error instanceof kind)
  console.error(isExplained ? (error as Error).message : error)
}

/** Runs a script's main function. A failure is printed, and ends the process with exit code 1. */
export async function main(run: () => Promise<void>) {
  try {
    await run()
  } catch (error) {
    report(error)
    process.exit(1)
  }
}
