import { formatDuration } from './format-duration'

/** The details that the text of an error may mention. */
export interface ErrorDetails {
  retryAfterSeconds?: number | undefined
  triesLeft?: number | undefined
  /** Characters, or bytes for `password-too-many-bytes`. */
  limit?: number | undefined
  requestId?: string | undefined
}

/**
 * The values for any message of `errors`. Each message takes some of them.
 * @param formats the BCP 47 tag of the language's formats
 */
export const errorValues = (formats: string, details: ErrorDetails, brand: string) => ({
  wait: details.retryAfterSeconds ? formatDuration(formats, details.retryAfterSeconds) : 'none',
  triesLeft: details.triesLeft ?? 0,
  limit: details.limit ?? 0,
  reference: details.requestId ?? 'none',
  brand,
})
