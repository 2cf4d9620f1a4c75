import type { Refusal } from './refusal'

/**
 * What a page knows of a form that was posted without JavaScript. Null on a page that was just opened.
 * The browser sends it back with the next post, so it holds nothing that the page may not tell.
 */
export interface FormState {
  refusal?: Refusal
  /** What was typed, by the names of the inputs. Never a password or a code. */
  values: Record<string, string>
}
