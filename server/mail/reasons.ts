const LONGEST = 300

/** What a provider or a mail server said, fit for a row and a log: one line, no address, no link. */
export const speakable = (text: string): string =>
  text
    .replace(/\S+:\/\/\S+/g, '<link>')
    .replace(/[^\s"'`<>()[\],;:]+@[^\s"'`<>()[\],;:]+/g, '<address>')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST)
