const FORMAT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

/** Formats a time for an email: "20 November 2026 at 14:30 UTC". The reader's time zone is unknown. */
export const formatTime = (at: Date): string => `${FORMAT.format(at)} UTC`
