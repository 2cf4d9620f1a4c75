import { RecoveryError } from '@/server/core/errors'

/**
 * The code and details of the RecoveryError that a promise rejects with.
 * @throws when the promise resolves, or rejects with any other error.
 */
export async function refusalOf(promise: Promise<unknown>) {
  const outcome = await promise.then(
    () => new Error('Expected a refusal, but the call succeeded'),
    (error: unknown) => error,
  )
  if (!(outcome instanceof RecoveryError)) throw outcome instanceof Error ? outcome : new Error(String(outcome))
  return { code: outcome.code, ...outcome.details }
}
