/** What one check of `npm run doctor` found, in one line. */
export interface Finding {
  /** `note`: worth knowing, and no reason to act. */
  result: 'ok' | 'fault' | 'note'
  /** What was checked, or what is wrong. */
  text: string
  /** What to do about a fault, starting with a verb. */
  fix?: string
}

/** What was checked is as it should be. */
export const ok = (text: string): Finding => ({ result: 'ok', text })
/** Worth knowing, and no reason to act. */
export const note = (text: string): Finding => ({ result: 'note', text })
/**
 * Something is wrong.
 * @param fix what to do, starting with a verb
 */
export const fault = (text: string, fix: string): Finding => ({ result: 'fault', text, fix })

const SIGNS = { ok: '✓', fault: '✗', note: '·' }

/** A finding as one line of output. */
export const lineOf = ({ result, text, fix }: Finding): string =>
  `${SIGNS[result]} ${text}${fix ? `. ${fix}` : ''}`.replace(/\s*\n\s*/g, ' ')

/** The message of an error, for a line of output. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
