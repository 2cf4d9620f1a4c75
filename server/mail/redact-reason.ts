const MAX_LENGTH = 300

/**
 * Makes a provider's or a mail server's error text fit for the outbox and the log.
 * @returns one line of at most 300 characters, with links and addresses replaced.
 */
export const redactReason = (text: string): string =>
  text
    .replace(/\S+:\/\/\S+/g, '<link>')
    .replace(/[^\s"'`<>()[\],;:]+@[^\s"'`<>()[\],;:]+/g, '<address>')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, MAX_LENGTH)
